import { html } from '../core/base/html.js';
import { createPageLayout } from '../http/page-layout.js';

const catalogueStyle = html`
:root {
  color-scheme: light dark;
  --ground: #eef1f4;
  --card: #ffffff;
  --ink: #16202b;
  --ink-soft: #4c5a68;
  --line: #d3dae1;
  --accent: #0b5a6e;
  --accent-soft: #e2f0f3;
  --good: #1a6b3c;
  --good-soft: #e0f2e7;
  --focus: #0a5fd0;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  line-height: 1.5;
  color: var(--ink);
  background: var(--ground);
  scroll-padding-top: 1rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161c;
    --card: #1a222b;
    --ink: #eef2f5;
    --ink-soft: #b3bfca;
    --line: #333f4b;
    --accent: #74cfe2;
    --accent-soft: #1d3740;
    --good: #7bd6a0;
    --good-soft: #1b3727;
    --focus: #8fc0ff;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.5rem, 1.2rem + 1.5vw, 2rem); line-height: 1.2; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.25rem; line-height: 1.3; }
.card h2 { margin-top: 0; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
p { margin: 0 0 .75rem; text-wrap: pretty; }
.lead, .about { color: var(--ink-soft); }
a { display: inline-block; min-height: 1.5rem; color: var(--accent); text-underline-offset: .3em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875rem; }
pre { margin: .5rem 0 .75rem; padding: .75rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border-radius: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; }
nav a { min-height: 2rem; line-height: 2rem; }
.card, article {
  margin: .75rem 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
}
.address { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .625rem; margin-bottom: .5rem; }
.address code { font-size: 1rem; overflow-wrap: anywhere; }
.method { padding: .0625rem .5rem; border-radius: .375rem; font-size: .8125rem; font-weight: 600; }
.post { color: var(--accent); background: var(--accent-soft); }
.get { color: var(--good); background: var(--good-soft); }
.summary { font-weight: 600; margin-bottom: .25rem; }
details { border-top: 1px solid var(--line); }
summary { padding: .5rem 0; color: var(--accent); cursor: pointer; }
dl { margin: 0 0 .75rem; }
dt { font-weight: 600; }
dt small { font-weight: 400; color: var(--ink-soft); }
dd { margin: 0 0 .5rem; color: var(--ink-soft); }
.codes { margin: 0 0 .75rem; padding: 0; list-style: none; }
.codes li { padding: .125rem 0; }
.refusals { margin: 0; }
.refusals div { padding: .5rem 0; border-bottom: 1px solid var(--line); }
.refusals div:last-child { border-bottom: 0; }
.refusals dd { margin: 0; }
`;

export const renderInCatalogueStyle = createPageLayout(catalogueStyle);
