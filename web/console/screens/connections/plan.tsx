import { type ReactNode, useState } from 'react';
import { useActing } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm } from '../../parts/form.js';
import { Done, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { Told, ToldLines } from '../../parts/told.js';
import { type Applied, type Connection, type Plan, planConnection } from './requests.js';
import { useTexts } from './texts.js';

export function SetUp({
  connection: { id },
  begin,
  progress,
}: {
  readonly connection: Connection;
  readonly begin: (what: Applied, isSure: boolean) => Promise<void>;
  readonly progress: ReactNode;
}) {
  const words = useTexts();
  const { call } = useActing();
  const [plan, setPlan] = useState<Plan | null>(null);
  const { plan: named } = words;
  return (
    <Section heading={named.heading} intro={named.lookHint}>
      <ActForm submit={named.look} onSubmit={async () => setPlan(await call(planConnection(id)))} />
      {plan === null ? (
        progress
      ) : (
        <Planned
          id={id}
          plan={plan}
          onApply={async (isSure) => {
            await begin({}, isSure);
            setPlan(null);
          }}
        />
      )}
    </Section>
  );
}

function Planned({
  id,
  plan: { steps, census },
  onApply,
}: {
  readonly id: string;
  readonly plan: Plan;
  readonly onApply: (isSure: boolean) => Promise<void>;
}) {
  const words = useTexts();
  const { number } = useFormats();
  const { plan: named } = words;
  const changed = steps.filter(({ diff }) => diff.length > 0).length;
  const isReady = steps.every(({ state }) => state === 'ready' || state === 'manual');
  return (
    <>
      {isReady && <Done>{named.nothing}</Done>}
      <Table
        caption={named.heading}
        rows={steps}
        keyOf={(step) => step.id}
        empty={named.nothing}
        headings={named.columns}
        columns={[
          { id: 'step', isRowHeading: true, cell: ({ title }) => <Told>{title}</Told> },
          { id: 'state', cell: ({ state }) => named.states[state] },
          {
            id: 'change',
            cell: ({ diff, words: lines }) => (
              <div>
                {diff.length > 0 && (
                  <ul className="changes">
                    {diff.map(({ sign, text }) => (
                      <li key={text} data-sign={sign}>
                        <b>{named.signs[sign]}</b> <Told>{text}</Told>
                      </li>
                    ))}
                  </ul>
                )}
                <ToldLines lines={lines} />
              </div>
            ),
          },
        ]}
      />
      {census !== null && (
        <p>
          {named.census({ enrolled: number(census.enrolled), users: number(census.users) })}{' '}
          {!census.isComplete && named.inPart} {census.remedy !== null && <Told>{census.remedy}</Told>}
        </p>
      )}
      {!isReady && (
        <ConfirmButton
          label={named.apply}
          title={named.applyTitle({ id })}
          insist={{ warning: words.nobody, action: named.sure }}
          onConfirm={onApply}
          text={named.applyText({ count: number(changed) })}
        />
      )}
    </>
  );
}
