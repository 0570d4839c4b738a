import { useEffect, useRef, useState } from 'react';
import { usePages } from '../../../../web/console/frame/acting.js';
import { useFormats } from '../../../../web/console/frame/words.js';
import { Choice } from '../../../../web/console/parts/form.js';
import { Section } from '../../../../web/console/parts/state.js';
import { type Column, PagedTable } from '../../../../web/console/parts/table.js';
import {
  type Campaign,
  type CampaignPerson,
  listPeople,
  notEnrolled,
  type PersonState,
  personStates,
} from './requests.js';
import { useTexts } from './texts.js';

type Filter = PersonState | 'everybody' | 'notEnrolled';

const statesOf = (filter: Filter): readonly PersonState[] => {
  if (filter === 'everybody') return personStates;
  return filter === 'notEnrolled' ? notEnrolled : [filter];
};

/** Lists people by state: in a plan first the skipped ones, later those who are not enrolled. */
export function People({ campaign: { id, group, state: campaignState, counts } }: { readonly campaign: Campaign }) {
  const { people } = useTexts();
  const { instant, number } = useFormats();
  const first: Filter = campaignState !== 'planned' ? 'notEnrolled' : counts.left_out ? 'left_out' : 'everybody';
  const [filter, setFilter] = useState<Filter>(first);
  const paged = usePages(
    (cursor) => listPeople(id, statesOf(filter), cursor),
    ({ people: rows }) => rows,
  );
  const told = JSON.stringify(counts);
  const shown = useRef(told);
  useEffect(() => {
    if (shown.current !== told) void paged.poll();
    shown.current = told;
  }, [told]);
  const reasons = new Map(Object.entries(people.reasons));
  const line: Column<CampaignPerson> = {
    id: 'line',
    heading: people.line,
    cell: ({ line: place }) => (place === null ? '' : number(place)),
  };
  const filters: readonly { readonly value: Filter; readonly label: string }[] = [
    { value: 'notEnrolled', label: people.notEnrolled },
    { value: 'everybody', label: people.everybody },
    ...personStates.map((state) => ({ value: state, label: people.states[state] })),
  ];
  return (
    <Section heading={people.heading}>
      <div className="filters">
        <Choice name="filter" label={people.show} initial={first} options={filters} onChoose={setFilter} />
      </div>
      <PagedTable
        paged={paged}
        caption={people.heading}
        keyOf={({ line: place, login, email }) => `${place} ${login} ${email}`}
        empty={people.none}
        headings={people}
        columns={[
          { id: 'login', isRowHeading: true, cell: ({ login }) => <bdi>{login}</bdi> },
          ...(group === null ? [line] : []),
          { id: 'email', cell: ({ email }) => <bdi>{email}</bdi> },
          { id: 'state', cell: ({ state }) => people.states[state] },
          { id: 'reason', cell: ({ reason }) => (reason === null ? '' : (reasons.get(reason) ?? reason)) },
          { id: 'sent', cell: ({ sentAt }) => (sentAt === null ? '' : instant(sentAt)) },
        ]}
      />
    </Section>
  );
}
