set edit:completion:arg-completer[aws-ecs-preflight] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) AWS_ECS_PREFLIGHT_COMPLETE="elvish" aws-ecs-preflight -- $@words) | to-lines
}
