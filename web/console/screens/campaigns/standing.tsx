import { Refusal } from '../../frame/call.js';
import { useFormats } from '../../frame/words.js';
import { Section } from '../../parts/layout.js';
import { Progress } from '../../parts/progress.js';
import { Problem } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { countIn, invitedIn } from './counts.js';
import { type Campaign, personStates } from './requests.js';
import { useTexts } from './texts.js';

interface Shown {
  readonly campaign: Campaign;
}

export function Standing({ campaign }: Shown) {
  const words = useTexts();
  const { state, problem } = campaign;
  return (
    <>
      <p className={`note ${state === 'done' ? 'good' : state === 'refused' ? 'bad' : ''}`} role="status">
        {words.states[state]}
      </p>
      {problem !== null && (
        <>
          {state !== 'refused' && <p>{words.problem}</p>}
          <Problem refusal={new Refusal(problem, null)} />
        </>
      )}
      {state === 'planning' && <p className="soft">{words.dryRun.planning}</p>}
      {state === 'planned' && <DryRun campaign={campaign} />}
      {(state === 'running' || state === 'stopped' || state === 'done') && <HowFar campaign={campaign} />}
    </>
  );
}

function DryRun({ campaign }: Shown) {
  const { dryRun, people } = useTexts();
  const { number } = useFormats();
  const letters = countIn(campaign, 'planned');
  const leftOut = countIn(campaign, 'left_out');
  const reasons = new Map(Object.entries(people.reasons));
  return (
    <Section heading={dryRun.heading}>
      <p>{letters === 0 ? dryRun.nobody : dryRun.wouldGet(number(letters))}</p>
      {leftOut > 0 && (
        <>
          <p>{dryRun.leftOut(number(leftOut))}</p>
          <ul>
            {Object.entries(campaign.leftOut).map(([reason, count]) => (
              <li key={reason}>
                {reasons.get(reason) ?? reason}: {number(count)}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="soft">{dryRun.nothingSent}</p>
    </Section>
  );
}

function HowFar({ campaign }: Shown) {
  const { progress, people } = useTexts();
  const { number } = useFormats();
  const [enrolled, all] = [countIn(campaign, 'enrolled'), invitedIn(campaign)];
  return (
    <Section heading={progress.heading}>
      <Progress
        label={progress.heading}
        text={progress.enrolled(number(enrolled), number(all))}
        value={enrolled}
        most={all}
      />
      <Table
        caption={progress.heading}
        rows={personStates.filter((state) => countIn(campaign, state) > 0)}
        keyOf={(state) => state}
        empty={people.none}
        headings={progress}
        columns={[
          { id: 'state', isRowHeading: true, cell: (state) => people.states[state] },
          { id: 'people', isNumber: true, cell: (state) => number(countIn(campaign, state)) },
        ]}
      />
    </Section>
  );
}
