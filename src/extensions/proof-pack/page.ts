import { type Html, html } from '../../core/base/html.js';
import { type Gap, type ListedRecord, type ListName, listNames, type PolicyEntry, type Proof } from './summary.js';

/* The readable page of a proof pack. It has no script and loads nothing. */

const style = html`
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; inline-size: 100%; min-inline-size: 44rem; font-size: .9rem; }
h1, h3, p, li, td { unicode-bidi: isolate; }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0; border-block-end: 1px solid #8886; }
.wide { overflow-x: auto; }
pre { white-space: pre-wrap; font-size: .8rem; }
.gap { font-weight: 600; }
`;

/** Rows of a table. The other records are in `proof.json`. */
const mostRows = 500;

const table = (heads: readonly string[], rows: readonly (readonly (string | number | null)[])[]): Html => html`
<div class="wide"><table>
<thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.slice(0, mostRows).map((row) => html`<tr>${row.map((cell) => html`<td>${cell ?? '–'}</td>`)}</tr>\n`)}</tbody>
</table></div>
${rows.length > mostRows ? html`<p>${rows.length - mostRows} more rows are in proof.json.</p>` : null}`;

/** Describes a gap in a sentence. */
export function describeGap(gap: Gap): string {
  switch (gap.kind) {
    case 'under_way':
      return `The period was not over: the pack ends at ${gap.to}.`;
    case 'not_sound':
      return `Trail ${gap.trail} is NOT SOUND${gap.sequence === null ? '' : ` from record ${gap.sequence} on`}: it was changed, or its signatures are not by the given keys.`;
    case 'removed':
      return `Trail ${gap.trail} has no records before ${gap.before}, so earlier enrolments are not known.`;
    case 'begun':
      return gap.at === null ? `Trail ${gap.trail} has no record.` : `Trail ${gap.trail} begins at ${gap.at}.`;
    case 'clock':
      return `Trail ${gap.trail}: the clock was set back before record ${gap.sequence}, so times are not certain.`;
    case 'unreadable':
      return `Trail ${gap.trail}: ${gap.records} records cannot be read by this release, and are in no list.`;
    case 'silent':
      return `Trail ${gap.trail} has no record from ${gap.from} to ${gap.to}: nothing happened, or the server did not run.`;
    case 'not_signed':
      return `Trail ${gap.trail}: ${gap.after === null ? 'no record' : `no record after ${gap.after}`} is signed.`;
    case 'policy_unknown':
      return `Trail ${gap.trail} does not say which policy was in force when the period began.`;
    case 'trail_missing':
      return `The server whose trail begins with ${gap.chain} recorded ${gap.records} entries until the end of the period, and its trail is not in the pack.`;
    case 'servers_unknown':
      return `Whether other servers recorded something before ${gap.before} is not known.`;
  }
}

const titles: Readonly<Record<ListName, string>> = {
  configuration: 'Configuration loaded or written',
  withoutFace: 'Let in without a face',
  enrolments: 'Enrolments',
  ended: 'Enrolments ended and people erased',
  refusals: 'Refusals',
  bypasses: 'Bypass codes, their approvals and their use',
  recoveries: 'Recoveries of accounts',
  administration: 'Acts of administrators',
};

const answers: ReadonlyMap<boolean | null, string> = new Map([
  [true, 'yes'],
  [false, 'no'],
]);

/** Counts records by why, most frequent first. */
function countReasons(records: readonly ListedRecord[], whyOf: (record: ListedRecord) => string) {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(whyOf(record), (counts.get(whyOf(record)) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

const toWhy = ({ code, reasons, proof }: ListedRecord): string =>
  [proof, code, ...reasons].filter((each) => each !== null).join(', ') || '–';

const renderList = (name: ListName, records: readonly ListedRecord[]): Html => html`
<h2>${titles[name]}: ${records.length}</h2>
${records.length === 0 ? null : table(['why', 'records'], countReasons(records, toWhy))}
${
  records.length === 0
    ? null
    : table(
        ['time', 'record', 'person', 'what', 'outcome', 'why', 'by'],
        records.map((each) => [
          each.time,
          `${each.trail}/${each.sequence}`,
          each.subject,
          each.action,
          each.outcome,
          toWhy(each),
          each.by,
        ]),
      )
}`;

function renderPolicy({ time, trail, mode, by, policy }: PolicyEntry, at: number, all: readonly PolicyEntry[]): Html {
  const former = all.slice(0, at).findLast((each) => each.trail === trail && each.policy !== null)?.policy ?? {};
  const changed = Object.entries(policy ?? {}).filter(
    ([setting, value]) => JSON.stringify(former[setting]) !== JSON.stringify(value),
  );
  return html`<h3>${time}, trail ${trail}: ${mode}${by === null ? null : `, switched by ${by}`}</h3>
${changed.length === 0 ? null : html`<pre>${JSON.stringify(Object.fromEntries(changed), null, 2)}</pre>`}`;
}

/** Renders the page, in English. */
export function renderProof(proof: Proof): string {
  const { connection, group, from, to, trails, gaps, policies, people } = proof;
  const enrolled = people.filter(({ enrolledAt, expiresAt }) => enrolledAt !== null && (expiresAt ?? to) >= to);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Face checks of ${connection}, ${from} to ${to}</title>
<style>${style}</style>
</head>
<body>
<h1>Face checks of ${connection}</h1>
<p>${group === null ? 'All people' : `The members of ${group} when the pack was made`}, from ${from} to ${to}. Made at ${proof.madeAt} by ${proof.issuer}, release ${proof.version}.</p>
<p>This page is proof only if the signature of manifest.jws is valid and names the digests of all files: verify it with the program of docs/proof-pack.md. A sign-in for which the provider did not call facestep is in no record.</p>
${table(
  ['what', 'records'],
  listNames.map((name) => [titles[name], proof.lists[name].length]),
)}
<h2>Gaps: ${gaps.length}</h2>
${gaps.length === 0 ? html`<p>None was found.</p>` : html`<ul>${gaps.map((gap) => html`<li class="gap">${describeGap(gap)}</li>`)}</ul>`}
<h2>Trails: ${trails.length}</h2>
${table(
  ['trail', 'chain', 'sound', 'records', 'covered', 'about others', 'unreadable', 'signed through'],
  trails.map((each) => [
    each.number,
    each.chain,
    each.isSound ? 'yes' : 'NO',
    each.firstSequence === null ? null : `${each.firstSequence} to ${each.lastSequence}`,
    each.records,
    each.omitted,
    each.unreadable,
    each.signedThrough,
  ]),
)}
<h2>Policies and rules in force, by trail: ${policies.length}</h2>
<p>Of each later policy, only the changed settings are shown. proof.json has all.</p>
${policies.map(renderPolicy)}
<h2>People: ${people.length}, of whom ${enrolled.length} are enrolled according to these records</h2>
${table(
  [
    'person',
    'login',
    'enrolled',
    'until',
    'proven by',
    'token at the provider',
    'face checks passed',
    'without a face',
    'refused',
  ],
  people.map((each) => [
    each.subject,
    each.login,
    each.enrolledAt ?? (each.hasToken === true ? 'not in the trails' : null),
    each.expiresAt,
    each.enrolledAt === null ? null : (each.proof ?? 'not known'),
    answers.get(each.hasToken) ?? 'not asked',
    each.passed,
    each.withoutFace,
    each.refused,
  ]),
)}
${listNames.map((name) => renderList(name, proof.lists[name]))}
</body>
</html>
`.toString();
}
