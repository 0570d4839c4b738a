import { useFormats } from '../../frame/words.js';
import { Progress } from '../../parts/progress.js';
import { Done, Note } from '../../parts/state.js';
import { Told, ToldLines } from '../../parts/told.js';
import type { Run } from './requests.js';
import { useTexts } from './texts.js';

export function RunProgress({ run }: { readonly run: Run }) {
  const { run: named } = useTexts();
  const { instant, number } = useFormats();
  const { by, startedAt, state, steps } = run;
  const done = steps.filter(({ progress }) => progress === 'done').length;
  const text = named.progress(number(done), number(steps.length));
  return (
    <div>
      <h3>{named.heading}</h3>
      <p className="soft">{named.begun(by, instant(startedAt))}</p>
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
