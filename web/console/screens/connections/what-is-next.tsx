import { useLoaded } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { type Line, listSignIns } from '../../ledger/requests.js';
import { Facts } from '../../parts/server-text.js';
import { Light, Section } from '../../parts/state.js';
import { addressOfTab, type Connection, useTexts } from './requests.js';

/** Finds the newest accepted and refused sign-in. Shadow mode only records that enforce mode refuses one. */
const findResults = (lines: readonly Line[]) => ({
  accepted: lines.find(({ outcome }) => outcome === 'passed'),
  refused: lines.find(({ outcome, enforced }) => outcome === 'refused' || enforced !== null),
});

const areSeen = (lines: readonly Line[]): boolean => !Object.values(findResults(lines)).includes(undefined);

/** Leads from the set-up to an accepted and a refused sign-in, as the log of all replicas has them, and then to enforce mode. */
export function WhatIsNext({
  connection: { id, ownPage },
  isShadow,
}: {
  readonly connection: Connection;
  readonly isShadow: boolean;
}) {
  const { next: words } = useTexts();
  const { instant } = useFormats();
  const read = useLoaded(listSignIns(id), ({ lines }) => !areSeen(lines) && 5000);
  const { lines, cursor } = read.value ?? { lines: [], cursor: '' };
  if (read.state === 'loading' || (areSeen(lines) && !isShadow)) return null;
  if (areSeen(lines))
    return (
      <Section heading={words.heading}>
        <Link to={addressOfTab(id, 'rollout')}>{words.rollout}</Link>
      </Section>
    );
  const { accepted, refused } = findResults(lines);
  const show = (line: Line | undefined) => (
    <Light light={line === undefined ? 'none' : 'ok'}>
      {line !== undefined ? instant(line.time) : cursor === null ? words.notSeen : words.notKnown}
    </Light>
  );
  return (
    <Section heading={words.heading} intro={words.intro}>
      <p>
        {words.enrol}{' '}
        {ownPage !== null ? (
          <a href={ownPage} target="_blank" rel="noreferrer">
            {ownPage}
          </a>
        ) : (
          <Link to="/people">{words.link}</Link>
        )}
      </p>
      <Facts
        rows={[
          [words.refused, show(refused)],
          [words.accepted, show(accepted)],
        ]}
      />
    </Section>
  );
}
