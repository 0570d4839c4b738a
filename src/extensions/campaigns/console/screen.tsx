import { useId, useRef, useState } from 'react';
import { useLoaded, useSessionActions } from '../../../../web/console/frame/acting.js';
import { navigate, useParameter } from '../../../../web/console/frame/router.js';
import { useFormats, useLanguage } from '../../../../web/console/frame/words.js';
import { loadNames, nameOf } from '../../../../web/console/ledger/names.js';
import { readNotEnrolled } from '../../../../web/console/ledger/refused.js';
import { countLines, keyOf, type Who } from '../../../../web/console/ledger/requests.js';
import { ActForm, Field, FileField, LanguageSelect, NumberField, Select } from '../../../../web/console/parts/form.js';
import { Await, Empty, OutboxNote, Section } from '../../../../web/console/parts/state.js';
import { LoadedTable, toNameColumn } from '../../../../web/console/parts/table.js';
import { toCsvLine } from '../../../core/base/csv.js';
import { CampaignDetails } from './campaign.js';
import { defineScreen, invitedIn, listCampaigns, planCampaign, searchGroups, useTexts } from './requests.js';

export const campaigns = defineScreen(function Campaigns({ rest }) {
  const [id] = rest;
  return id === undefined ? <CampaignList /> : <CampaignDetails key={id} id={id} />;
});

function CampaignList() {
  const words = useTexts();
  const { day, number } = useFormats();
  const listed = useLoaded(listCampaigns);
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      <LoadedTable
        loaded={listed}
        caption={words.heading}
        rowsOf={({ campaigns }) => campaigns}
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
            cell: (campaign) =>
              words.ofAll({ enrolled: number(campaign.counts.enrolled ?? 0), all: number(invitedIn(campaign)) }),
          },
        ]}
      />
      <Section heading={words.make.heading}>
        <PlanForm />
      </Section>
    </>
  );
}

/** Milliseconds without a key press before the groups are searched. */
const typingMs = 300;

function GroupSuggestions({
  id,
  connection,
  text,
}: {
  readonly id: string;
  readonly connection: string;
  readonly text: string;
}) {
  const { make } = useTexts();
  const groups = useLoaded(searchGroups(connection, text)).value?.groups;
  if (groups === undefined) return null;
  return (
    <>
      <datalist id={id}>
        {groups.map((group) => (
          <option key={group.id} value={group.name} label={group.id === group.name ? undefined : group.id} />
        ))}
      </datalist>
      <p className="fine soft" role="status">
        {groups.length === 0 && make.noGroups({ connection, text })}
      </p>
    </>
  );
}

type Source = 'group' | 'file' | 'refused';

export function PlanForm() {
  const { make } = useTexts();
  const { call } = useSessionActions();
  const language = useLanguage();
  const connections = useLoaded(countLines);
  const refused = useParameter('refused');
  const mode = useParameter('mode') === 'enforce' ? 'enforce' : 'shadow';
  const suggestions = useId();
  const [sought, setSought] = useState({ connection: '', text: '' });
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = (fields: FormData): void => {
    clearTimeout(typing.current);
    const next = { connection: String(fields.get('connection')), text: String(fields.get('group') ?? '').trim() };
    typing.current = setTimeout(setSought, typingMs, next);
  };
  const [source, setSource] = useState<Source>(refused === null ? 'group' : 'refused');
  const sources: readonly (readonly [Source, string])[] = [
    ...(refused === null ? [] : [['refused', make.ofRefused({ connection: refused })] as const]),
    ['group', make.ofGroup],
    ['file', make.ofFile],
  ];
  const toFile = async (connection: string): Promise<Blob> => {
    const people: Who[] = [];
    for await (const who of readNotEnrolled(connection, mode, call)) people.push(who);
    const names = new Map(await loadNames(people, call));
    const lines = people.map((who) => toCsvLine([nameOf(who, names.get(keyOf(who)))]));
    return new Blob([['login', ...lines].join('\r\n')], { type: 'text/csv' });
  };
  return (
    <Await loaded={connections}>
      {({ connections: rows }) =>
        rows.length === 0 ? (
          <Empty>{make.noConnections}</Empty>
        ) : (
          <ActForm
            submit={make.submit}
            onEdit={search}
            onSubmit={async (fields) => {
              fields.delete('from');
              if (source === 'refused' && refused !== null) {
                fields.set('connection', refused);
                fields.set('people', await toFile(refused), 'people.csv');
              }
              const { campaign } = await call(planCampaign(fields));
              navigate(`/campaigns/${campaign.id}`);
            }}
          >
            <OutboxNote />
            <Field name="name" label={make.name} hint={make.nameHint} isRequired maxLength={100} />
            {source !== 'refused' && (
              <Select
                name="connection"
                label={make.connection}
                options={rows.map(({ connection }) => ({ value: connection, label: connection }))}
              />
            )}
            <fieldset className="field">
              <legend>{make.from}</legend>
              {sources.map(([value, label]) => (
                <label key={value} className="tick">
                  <input
                    type="radio"
                    name="from"
                    value={value}
                    checked={source === value}
                    onChange={() => setSource(value)}
                  />
                  {label}
                </label>
              ))}
            </fieldset>
            {source === 'file' && (
              <FileField name="people" label={make.file} hint={make.fileHint} accept=".csv,text/csv" required />
            )}
            {source === 'group' && (
              <>
                <Field name="group" label={make.group} isRequired maxLength={256} list={suggestions} />
                {sought.text.length > 1 && <GroupSuggestions id={suggestions} {...sought} />}
              </>
            )}
            <LanguageSelect label={make.language} hint={make.languageHint} initial={language} />
            <NumberField name="linkDays" label={make.linkDays} min={1} max={30} initial={14} />
            <NumberField name="reminderDays" label={make.reminderDays} min={1} max={30} initial={7} />
            <NumberField name="reminders" label={make.reminders} min={0} max={5} initial={2} />
          </ActForm>
        )
      }
    </Await>
  );
}
