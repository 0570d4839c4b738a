import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useActing, useLoaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { Done, Note, Progress } from '../../parts/state.js';
import { Told, ToldLines } from '../../parts/told.js';
import { Doctor, type Examined } from './doctor.js';
import { SetUp } from './plan.js';
import type { Run } from './requests.js';
import { type Applied, applyConnection, type Connection, examine, readRun } from './requests.js';
import { Secrets } from './secrets.js';
import { useTexts } from './texts.js';

type Place = 'health' | 'setup' | 'secrets';

/** Shows health, setup and secrets to permitted users. One of them runs at a time. */
export function SettingUp({
  connection,
  examined,
  tab,
}: {
  readonly connection: Connection;
  readonly examined: Examined;
  readonly tab: Place;
}) {
  const { id } = connection;
  const { call } = useActing();
  const last = useLoaded(readRun(id), ({ run }) => run?.state === 'under_way' && 1000);
  const run = last.state === 'loaded' ? last.value.run : null;
  const [place, setPlace] = useState<Place>('setup');
  /** Id of the run after which the connection is checked again. */
  const mended = useRef<string | null>(null);
  useEffect(() => {
    if (run === null || run.id !== mended.current || run.state === 'under_way') return;
    mended.current = null;
    // If checks are already running, the result of that run is shown.
    call(examine(id))
      .catch(() => {})
      .finally(examined.reload);
  }, [run, call, id, examined.reload]);

  const beginAt =
    (where: Place) =>
    async (what: Applied, isSure: boolean): Promise<void> => {
      const begun = await call(applyConnection(id, what, isSure));
      if (where === 'health') mended.current = begun.run.id;
      setPlace(where);
      last.reload();
    };
  const progressAt = (where: Place): ReactNode => (run === null || place !== where ? null : <RunProgress run={run} />);
  const of = (where: Place) => ({ connection, begin: beginAt(where), progress: progressAt(where) });
  if (tab === 'setup') return <SetUp {...of('setup')} />;
  if (tab === 'secrets') return <Secrets {...of('secrets')} />;
  return (
    <Doctor
      connection={connection}
      examined={examined}
      mending={{ begin: beginAt('health'), progress: progressAt('health') }}
    />
  );
}

export function RunProgress({ run }: { readonly run: Run }) {
  const { run: named } = useTexts();
  const { instant, number } = useFormats();
  const { by, startedAt, state, steps } = run;
  const done = steps.filter(({ progress }) => progress === 'done').length;
  const text = named.progress({ done: number(done), all: number(steps.length) });
  return (
    <div>
      <h3>{named.heading}</h3>
      <p className="soft">{named.begun({ by, when: instant(startedAt) })}</p>
      {state === 'under_way' && <Progress label={named.heading} text={text} value={done} most={steps.length} />}
      {state === 'done' && <Done>{named.done}</Done>}
      {(state === 'stopped' || state === 'broken_off') && <Note tone="warn">{named[state]}</Note>}
      <details open={state !== 'done'}>
        <summary>{text}</summary>
        <ol className="lines">
          {steps.map(({ id, title, progress, applied, words }) => (
            <li key={id}>
              <Told>{title}</Told>
              <br />
              <span className="soft">{progress === 'done' && !applied ? named.unchanged : named.steps[progress]}</span>
              <ToldLines lines={words} />
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
