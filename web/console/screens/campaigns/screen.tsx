import { useLoaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { Section } from '../../parts/layout.js';
import { toNameColumn } from '../../parts/name-column.js';
import { Await } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { OneCampaign } from './campaign.js';
import { invitedIn } from './counts.js';
import { PlanForm } from './plan-form.js';
import { listCampaigns } from './requests.js';
import { defineScreen, useTexts } from './texts.js';

export const campaigns = defineScreen(function Campaigns({ rest }) {
  const [id] = rest;
  return id === undefined ? <Every /> : <OneCampaign key={id} id={id} />;
});

function Every() {
  const words = useTexts();
  const { day, number } = useFormats();
  const listed = useLoaded(listCampaigns);
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      <Await loaded={listed}>
        {({ campaigns: rows }) => (
          <Table
            caption={words.heading}
            rows={rows}
            keyOf={({ id }) => id}
            empty={words.none}
            headings={columns}
            columns={[
              toNameColumn(columns.name, '/campaigns'),
              { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
              { id: 'state', cell: ({ state }) => words.states[state] },
              { id: 'created', cell: ({ createdAt }) => day(createdAt.slice(0, 10)) },
              {
                id: 'enrolled',
                isNumber: true,
                cell: (campaign) => words.ofAll(number(campaign.counts.enrolled ?? 0), number(invitedIn(campaign))),
              },
            ]}
          />
        )}
      </Await>
      <Section heading={words.make.heading}>
        <PlanForm />
      </Section>
    </>
  );
}
