//! The style of the page: light, dark if the reader prefers it, and for paper.

pub(super) const CSS: &str = "
:root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--dim:#59636e;--rule:#d0d7de;--soft:#f6f8fa;--link:#0969da;
--fail:#cf222e;--fail-soft:#ffebe9;--unknown:#8250df;--unknown-soft:#fbefff;--warn:#9a6700;--warn-soft:#fff8c5;--pass:#1a7f37;--pass-soft:#dafbe1}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--dim:#9198a1;--rule:#30363d;--soft:#161b22;--link:#58a6ff;
--fail:#ff7b72;--fail-soft:#2d1214;--unknown:#d2a8ff;--unknown-soft:#231833;--warn:#d29922;--warn-soft:#272115;--pass:#3fb950;--pass-soft:#0f2418}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}
main{max-width:1100px;margin:0 auto;padding:16px}
h1,h2,h3,p,ul,dl,figure,pre{margin:0 0 10px}h1{font-size:24px}h2{font-size:20px;margin-top:28px}h3{font-size:16px;margin-top:20px}
h1,h2,h3,p,dd,li,nav td,.list td:last-child{overflow-wrap:anywhere}
small{color:var(--dim);font-weight:400}a{color:var(--link)}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
code{background:var(--soft);border-radius:4px;padding:1px 4px}
dl>div{display:flex;gap:12px}dt{flex:0 0 84px;color:var(--dim)}dd{margin:0;min-width:0}
.sign{font-weight:700}
.is-fail{--tone:var(--fail);--tone-soft:var(--fail-soft)}.is-unknown{--tone:var(--unknown);--tone-soft:var(--unknown-soft)}
.is-warn{--tone:var(--warn);--tone-soft:var(--warn-soft)}.is-pass{--tone:var(--pass);--tone-soft:var(--pass-soft)}
.is-skip{--tone:var(--dim);--tone-soft:var(--soft)}
.sign,.word{color:var(--tone)}
.verdict{background:var(--tone-soft);border:1px solid var(--tone);border-radius:8px;padding:16px;margin-bottom:16px}
.verdict h1{color:var(--tone);margin:0 0 4px}.verdict dl{margin:0}
.note{border-left:4px solid var(--rule);padding-left:10px}
article{border:1px solid var(--rule);border-left:4px solid var(--tone);border-radius:6px;padding:10px 14px;margin:0 0 12px}
article h3{margin-top:0}article:target,.definition tr:target{outline:2px solid var(--link)}
.of{color:var(--dim);font-weight:400}
.command{background:var(--soft);border-radius:6px;padding:8px 10px;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--dim)}.docs{margin:0;font-size:13px}.hint{color:var(--dim);font-size:13px}
table{border-collapse:collapse}
.list td{padding:3px 10px 3px 0;vertical-align:top;border-bottom:1px solid var(--rule)}.all{margin-top:20px}.all td:nth-child(2){white-space:nowrap}
.scroll{overflow-x:auto;border:1px solid var(--rule);border-radius:6px}.all .scroll{border:0}
.definition{width:100%}.definition td{padding:0 8px;vertical-align:top}.definition pre{margin:0;white-space:pre}
.definition .sign{width:28px;text-align:center;line-height:1.3;white-space:nowrap}.definition .sign a{color:inherit;text-decoration:none}
.definition .number{width:44px;white-space:nowrap;text-align:right;color:var(--dim);font-size:12px;border-right:1px solid var(--rule)}
.definition .is-fail,.definition .is-unknown,.definition .is-warn{background:var(--tone-soft)}
figure svg{display:block}
.depends text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--ink)}
.depends .column,.depends .kind{fill:var(--dim)}.depends .column{font-weight:600}
.depends .sign{fill:var(--tone)}.depends rect{fill:var(--tone-soft);stroke:var(--tone)}
.depends .line{fill:none;stroke:var(--tone);stroke-width:1.4;opacity:.7}.depends .line.is-pass{opacity:.35}
footer{margin-top:32px;color:var(--dim);font-size:13px}
@media (max-width:600px){main{padding:10px}dl>div{display:block}}
@media print{
body{font-size:11px}code,pre,.docs,.hint,footer,.definition .number{font-size:10px}main{max-width:none;padding:0}
.scroll{overflow:visible;border:0}figure svg{max-width:100%;height:auto}
.definition pre{white-space:pre-wrap;overflow-wrap:anywhere}
article,tr,figure{break-inside:avoid}h2,h3{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact}
}
";
