//! Templates that CloudFormation refuses before it creates anything: the position of what is wrong, and exit code 2.

use crate::clumsy::program::Folder;

/// A template with a task definition, in which a test adds parameters, conditions and resources.
fn template(before: &str, property: &str, resources: &str) -> String {
    format!(
        "{before}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      {property}
      ContainerDefinitions: [{{Name: web, Image: nginx, Memory: 128}}]
{resources}"
    )
}

const ROLES: &str = "
  Execution: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Sub '${Second}-x'}}
  Second: {Type: 'AWS::IAM::Role', Properties: {RoleName: !If [Is, !Ref Third, a]}}
  Third: {Type: 'AWS::IAM::Role', DependsOn: [Execution]}
";

#[test]
fn a_name_that_the_template_does_not_have_is_refused_at_its_place() {
    let folder = Folder::new("refused-names");
    let parameters = "Parameters: {Tag: {Type: String, Default: '1'}}";
    let more = "  Role: {Type: 'AWS::IAM::Role', DependsOn: Taks}";
    let other = "  Role: {Type: 'AWS::IAM::Role', Condition: IsProd}";
    for (property, resources, position, message) in [
        (
            "TaskRoleArn: !Ref Rol",
            "  Role: {Type: 'AWS::IAM::Role'}",
            "7:20",
            "no parameter and no resource `Rol`; did you mean `Role`?",
        ),
        ("TaskRoleArn: !GetAtt Role.Arn", "", "7:20", "the template has no resource `Role`"),
        ("Cpu: !Sub '${AWS::Regoin}'", "", "7:12", "did you mean `AWS::Region`?"),
        ("Cpu: !Sub ['${A}${Tag}${!B}${C}', {A: 1}]", "", "7:18", "no resource `C`"),
        ("Cpu: 256", more, "9:45", "the template has no resource `Taks`; did you mean `Task`?"),
        ("Cpu: 256", other, "9:45", "the template has no condition `IsProd`"),
        ("Cpu: !If [IsProd, 1, 2]", "", "7:17", "the template has no condition `IsProd`"),
    ] {
        folder.write("stack.yaml", template(parameters, property, resources));
        let said = folder.line("definition stack.yaml").ends(2);
        said.says(&format!("stack.yaml:{position}: ")).says(message);
    }
    // All of these are names of the template.
    let property = "Cpu: !Sub ['${A}${Tag}${!B}${AWS::Region}${Role.Arn}', {A: !Ref Role}]";
    folder.write("stack.yaml", template(parameters, property, "  Role: {Type: 'AWS::IAM::Role'}"));
    folder.line("definition stack.yaml").never_says("the template has no");
    // A macro of AWS, or a module, may have made it.
    for (transform, kind) in
        [("Transform: AWS::Serverless-2016-10-31", "AWS::IAM::Role"), ("", "My::Own::MODULE")]
    {
        let resources = format!("  Made: {{Type: '{kind}'}}");
        folder.write("stack.yaml", template(transform, "TaskRoleArn: !Ref Rol", &resources));
        folder.line("definition stack.yaml").ends(0);
    }
}

#[test]
fn resources_that_wait_for_each_other_are_refused() {
    let folder = Folder::new("refused-circle");
    let conditions = |value: &str| {
        format!("Parameters: {{P: {{Type: String}}}}\nConditions: {{Is: !Equals [{value}, a]}}")
    };
    folder.write("stack.yaml", template(&conditions("a"), "", ROLES));
    let said = folder.line("definition stack.yaml").ends(2);
    said.says("the resources Second, Third, Execution depend on each other");
    // The condition may open the circle, or does.
    for value in ["!Ref P", "b"] {
        folder.write("stack.yaml", template(&conditions(value), "", ROLES));
        folder.line("definition stack.yaml").never_says("depend on each other");
    }
    let own = "  Own: {Type: 'AWS::EC2::SecurityGroup', Properties: {Id: !GetAtt Own.GroupId}}";
    folder.write("stack.yaml", template("", "", own));
    folder.line("definition stack.yaml").ends(2).says("the resource Own depends on itself");
}

#[test]
fn a_value_that_its_parameter_does_not_allow_is_refused_at_the_rule() {
    let folder = Folder::new("refused-values");
    let parameter = |rules: &str| format!("Parameters:\n  P: {{Type: {rules}}}");
    for (rules, value, column, message) in [
        ("String, AllowedValues: [small, large]", "huge", 36, "not among its AllowedValues"),
        (
            "String, AllowedPattern: '[a-z]+'",
            "ab1",
            37,
            "of the form of its AllowedPattern `[a-z]+`",
        ),
        ("String, MinLength: 3", "ab", 32, "of a length of at least 3, its MinLength"),
        ("Number, MaxValue: 4", "5", 31, "at most 4, its MaxValue"),
        ("Number", "many", 6, "not a number"),
        ("CommaDelimitedList, AllowedPattern: '\\d'", "1, 2,x", 49, "AllowedPattern"),
    ] {
        folder.write("stack.yaml", template(&parameter(rules), "", ""));
        let arguments = ["definition", "stack.yaml", "--parameter", &format!("P={value}")];
        let said = folder.run(&arguments).ends(2);
        said.says(&format!("stack.yaml:2:{column}: the value of the parameter `P` is not"))
            .says(message)
            .says("pass --parameter P=VALUE");
    }
    for (rules, value) in [
        ("String, AllowedPattern: '^[a-z]+$'", "abc"),
        ("String, AllowedPattern: '(?=a).*'", "b"),
        ("String, AllowedPattern: '[a-z&&[^b]]+'", "b"),
        ("CommaDelimitedList, AllowedValues: ['a,b', c]", "a,b"),
        ("CommaDelimitedList, AllowedValues: [a, b]", "a, b"),
        ("Number, AllowedValues: [0.5]", "0.50"),
        ("'AWS::SSM::Parameter::Value<String>', AllowedValues: [a]", "b"),
    ] {
        folder.write("stack.yaml", template(&parameter(rules), "", ""));
        let arguments = ["definition", "stack.yaml", "--parameter", &format!("P={value}")];
        folder.run(&arguments).never_says("the value of the parameter");
    }
    // The default counts where nothing is passed, and not where something is.
    folder.write(
        "stack.yaml",
        template(&parameter("String, Default: x, AllowedValues: [a]"), "", ""),
    );
    folder.line("definition stack.yaml").ends(2).says("not among its AllowedValues");
    folder.line("definition stack.yaml --parameter P=a").never_says("not among");
}
