/**
 * How the page looks: one column on a phone, more where there is room, light or dark as the reader
 * has it. Colours of series differ for all usual colour blindnesses, by 3:1 from the background,
 * and lines also by their dashes.
 */
export const style = `
:root{color-scheme:light dark;--paper:#f6f8fa;--card:#fff;--ink:#1b1f24;--faint:#57606a;
--line:#d0d7de;--grid:#e6e9ed;--accent:#0b62c4;--good:#137a5b;--bad:#b3261e;--warn:#fff4d6;
--s0:#0b62c4;--s1:#d1570a;--s2:#7a3fa0;--s3:#137a5b;--s4:#6e7781}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--card:#161b22;--ink:#e6edf3;
--faint:#9da7b3;--line:#3d444d;--grid:#262c36;--accent:#6cb6ff;--good:#56d4a0;--bad:#ff8f85;
--warn:#3a2f0b;--s0:#6cb6ff;--s1:#ff9d57;--s2:#d2a8ff;--s3:#56d4a0;--s4:#9da7b3}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif;
font-variant-numeric:tabular-nums}
header,main{max-width:100rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;padding-top:1rem}
h1{font-size:1.35rem;margin:0}
h1 small{font-size:.85rem;font-weight:400;color:var(--faint)}
h2{font-size:1.05rem;margin:1.75rem 0 .6rem}
h3{font-size:.95rem;margin:0}
h3 small{font-weight:400;color:var(--faint);font-size:.85rem}
.state{margin:0 auto 0 0;padding:.05rem .6rem;border-radius:1rem;border:1px solid;
color:var(--faint)}
.state:empty{visibility:hidden}
.state.good{color:var(--good)}
.state.bad{color:var(--bad);font-weight:600}
label{color:var(--faint)}
button,select,input{font:inherit;color:var(--ink);background:var(--card);
border:1px solid var(--line);border-radius:6px;padding:.25rem .6rem;min-height:2.1rem}
button{cursor:pointer}
button:hover{border-color:var(--accent)}
button[aria-pressed=true]{border-color:var(--accent);color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.notice{background:var(--warn);border:1px solid var(--line);border-radius:8px;padding:.6rem .9rem;
margin:1rem 0 0}
#token-form{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem}
#token{flex:1 1 12rem;min-width:0}
#token-note{flex-basis:100%;margin:0;color:var(--faint);font-size:.85rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.6rem;
margin:0 0 1rem}
dl div,figure,.minute{background:var(--card);border:1px solid var(--line);border-radius:8px}
dl div{padding:.45rem .75rem}
dt{color:var(--faint);font-size:.8rem}
dd{margin:0;font-size:1.15rem}
table{border-collapse:separate;border-spacing:0;width:100%}
caption{text-align:left;color:var(--faint);font-size:.85rem;padding:.2rem .1rem}
th,td{text-align:right;padding:.25rem .5rem;font-weight:400;white-space:nowrap}
thead th{color:var(--faint);font-size:.85rem;border-bottom:1px solid var(--line)}
tbody th,thead th:first-child{text-align:left}
.scroll{overflow:auto;max-height:20rem;position:relative}
.minute tbody th{font-weight:600}
.minute tr:nth-child(n+2) :is(th,td):not(thead *){border-top:1px solid var(--grid)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,25rem),1fr));gap:1rem;
align-items:start}
figure{margin:0;padding:.7rem .8rem .5rem;min-width:0}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:.15rem 0 .3rem;padding:0;
font-size:.85rem;min-height:2.65rem;align-content:start}
.legend li{display:flex;align-items:center;gap:.35rem;color:var(--faint)}
.legend b{color:var(--ink);font-weight:600;min-width:3ch}
.key{width:1.3rem;border-top:2.5px solid var(--s0)}
.k1{border-color:var(--s1);border-top-style:dashed}
.k2{border-color:var(--s2);border-top-style:dotted}
.k3{border-color:var(--s3)}
.k4{border-color:var(--s4);border-top-style:dashed}
.plot{height:11rem;overflow:hidden;position:relative}
.none .plot::after{content:'None in this time';position:absolute;inset:0 0 1.5rem;display:grid;
place-items:center;color:var(--faint);font-size:.9rem}
details{font-size:.85rem;margin-top:.25rem}
summary{color:var(--faint);cursor:pointer;padding:.15rem 0}
figure thead th{position:sticky;top:0;background:var(--card)}
#profile{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem .9rem}
#profile-seconds{width:5rem}
#profile-graph{margin:.8rem 0 0}
.wide{overflow-x:auto}
iframe{display:block;width:100%;min-width:1202px;border:1px solid var(--line);border-radius:8px;
background:#fff;
color-scheme:light}
a{color:var(--accent)}
main{padding-bottom:2rem}
@media (max-width:30rem){header,main{padding-left:.75rem;padding-right:.75rem}
th,td{padding:.25rem .3rem}.minute{font-size:.82rem}.minute th{white-space:normal}
dl{grid-template-columns:1fr 1fr}}
`;
