import { useEffect, useRef, useState } from 'react';
import { useLoaded, usePages, useSessionActions } from '../../../../web/console/frame/acting.js';
import { Refusal, type ServerRequest } from '../../../../web/console/frame/call.js';
import { useFormats } from '../../../../web/console/frame/words.js';
import { ConfirmButton } from '../../../../web/console/parts/confirm.js';
import { languageOptions, Select, toOptions } from '../../../../web/console/parts/form.js';
import { Facts } from '../../../../web/console/parts/server-text.js';
import {
  Await,
  Done,
  Note,
  OutboxNote,
  Problem,
  Progress,
  Section,
  Title,
  useSentText,
} from '../../../../web/console/parts/state.js';
import { PagedTable, Table } from '../../../../web/console/parts/table.js';
import { EmailTextsForm } from './letters.js';
import {
  type Campaign,
  type CampaignPerson,
  changeCampaign,
  countIn,
  invitedIn,
  listPeople,
  notEnrolled,
  type PersonState,
  personStates,
  readCampaign,
  resumeCampaign,
  retryable,
  useTexts,
} from './requests.js';

type Filter = PersonState | 'everybody' | 'notEnrolled';

const statesOf = (filter: Filter): readonly PersonState[] => {
  if (filter === 'everybody') return personStates;
  return filter === 'notEnrolled' ? notEnrolled : [filter];
};

/** Returns the names of the states of people. */
function useStates() {
  const { states } = useTexts().people;
  return { ...states, sent: useSentText()(states.sent) };
}

/** Lists people by state: in a plan first the skipped ones, later those who are not enrolled. */
function People({ campaign }: { readonly campaign: Campaign }) {
  const { id, group, state: campaignState, counts } = campaign;
  const { people } = useTexts();
  const states = useStates();
  const toSent = useSentText();
  const { instant, number } = useFormats();
  const first: Filter = campaignState !== 'planned' ? 'notEnrolled' : counts.left_out ? 'left_out' : 'everybody';
  const [filter, setFilter] = useState<Filter>(first);
  const paged = usePages(
    (cursor) => listPeople(id, statesOf(filter), cursor),
    ({ people: rows }) => rows,
  );
  const shown = useRef(campaign);
  useEffect(() => {
    // Each poll of the campaign brings a new object. Reminders change times, but no counts.
    if (shown.current !== campaign) void paged.poll();
    shown.current = campaign;
  }, [campaign]);
  const reasons = new Map(Object.entries(people.reasons));
  const filters: readonly { readonly value: Filter; readonly label: string }[] = [
    { value: 'notEnrolled', label: people.notEnrolled },
    { value: 'everybody', label: people.everybody },
    ...toOptions(states, personStates),
  ];
  return (
    <Section heading={people.heading}>
      <div className="filters">
        <Select name="filter" label={people.show} initial={first} options={filters} onChoose={setFilter} />
      </div>
      <PagedTable
        paged={paged}
        caption={people.heading}
        keyOf={({ line, login, email }) => `${line} ${login} ${email}`}
        empty={people.none}
        headings={{ ...people, sent: toSent(people.sent) }}
        columns={[
          { id: 'login', isRowHeading: true, cell: ({ login }) => <bdi>{login}</bdi> },
          group === null && { id: 'line', cell: ({ line }: CampaignPerson) => (line === null ? '' : number(line)) },
          { id: 'email', cell: ({ email }) => <bdi>{email}</bdi> },
          { id: 'state', cell: ({ state }) => states[state] },
          { id: 'reason', cell: ({ reason }) => (reason === null ? '' : (reasons.get(reason) ?? reason)) },
          { id: 'sent', cell: ({ sentAt }) => (sentAt === null ? '' : instant(sentAt)) },
        ]}
      />
    </Section>
  );
}

/** Polling delays. Other states change only by an administrator's action. */
const againAfterMs: { readonly [State in Campaign['state']]?: number } = { planning: 1_000, running: 4_000 };

export function CampaignDetails({ id }: { readonly id: string }) {
  const words = useTexts();
  const found = useLoaded(readCampaign(id), ({ campaign }) => againAfterMs[campaign.state]);
  const { reload } = found;
  return (
    <Await loaded={found}>
      {({ campaign: shown }) => (
        <>
          <Title name={shown.name} to="/campaigns" all={words.all} />
          <CampaignStatus campaign={shown} />
          <Actions campaign={shown} onDone={reload} />
          {shown.state !== 'planning' && <People key={shown.state} campaign={shown} />}
          <EmailTextsForm campaign={shown} onKept={reload} />
          <section>
            <HowItIsSet campaign={shown} />
          </section>
        </>
      )}
    </Await>
  );
}

function HowItIsSet({ campaign }: { readonly campaign: Campaign }) {
  const { facts } = useTexts();
  const { day, number } = useFormats();
  const { connection, group, language, linkDays, reminders, reminderDays, createdBy, keptUntil } = campaign;
  return (
    <Facts
      rows={[
        [facts.connection, connection],
        [facts.from, group === null ? facts.file : facts.group({ name: group })],
        [facts.language, languageOptions.find(({ value }) => value === language)?.label ?? language],
        [facts.link, facts.days({ count: number(linkDays) })],
        [facts.reminders, facts.remindersOf({ count: number(reminders), days: number(reminderDays) })],
        [facts.madeBy, createdBy],
        [facts.keptUntil, day(keptUntil.slice(0, 10))],
      ]}
    />
  );
}

interface Shown {
  readonly campaign: Campaign;
}

export function CampaignStatus({ campaign }: Shown) {
  const words = useTexts();
  const { state, problem, connection, group } = campaign;
  return (
    <>
      <OutboxNote />
      <p className={`note ${state === 'done' ? 'good' : state === 'refused' ? 'bad' : ''}`} role="status">
        {words.states[state]}
      </p>
      {problem !== null && (
        <>
          {state !== 'refused' && <p>{words.problem}</p>}
          {problem === 'not_found' && group !== null ? (
            <Note tone="bad">{words.noGroup({ connection, group })}</Note>
          ) : (
            <Problem refusal={new Refusal(problem, null)} />
          )}
        </>
      )}
      {state === 'planning' && <p className="soft">{words.dryRun.planning}</p>}
      {state === 'planned' && <DryRun campaign={campaign} />}
      {(state === 'running' || state === 'stopped' || state === 'done') && <HowFar campaign={campaign} />}
    </>
  );
}

function DryRun({ campaign }: Shown) {
  const { dryRun } = useTexts();
  const { number } = useFormats();
  const letters = countIn(campaign, 'planned');
  const leftOut = countIn(campaign, 'left_out');
  return (
    <Section heading={dryRun.heading}>
      <p>{letters === 0 ? dryRun.nobody : dryRun.wouldGet({ count: number(letters) })}</p>
      {leftOut > 0 && (
        <>
          <p>{dryRun.leftOut({ count: number(leftOut) })}</p>
          <Reasons counts={campaign.leftOut} />
        </>
      )}
      <Reasons counts={campaign.remarks} />
      <p className="soft">{dryRun.nothingSent}</p>
    </Section>
  );
}

function Reasons({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const { people } = useTexts();
  const { number } = useFormats();
  const reasons = new Map(Object.entries(people.reasons));
  return (
    <ul>
      {Object.entries(counts).map(([reason, count]) => (
        <li key={reason}>
          {reasons.get(reason) ?? reason}: {number(count)}
        </li>
      ))}
    </ul>
  );
}

function HowFar({ campaign }: Shown) {
  const { progress, people } = useTexts();
  const states = useStates();
  const { number } = useFormats();
  const enrolled = countIn(campaign, 'enrolled');
  const all = invitedIn(campaign);
  return (
    <Section heading={progress.heading}>
      <Progress
        label={progress.heading}
        text={progress.enrolled({ enrolled: number(enrolled), all: number(all) })}
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
          { id: 'state', isRowHeading: true, cell: (state) => states[state] },
          { id: 'people', isNumber: true, cell: (state) => number(countIn(campaign, state)) },
        ]}
      />
    </Section>
  );
}

export function Actions({ campaign, onDone }: { readonly campaign: Campaign; readonly onDone: () => void }) {
  const { act, uncertain } = useTexts();
  const states = useStates();
  const { call, session } = useSessionActions();
  const { number } = useFormats();
  const { id, name, state, linkDays, reminders, reminderDays } = campaign;
  const [isReminded, setReminded] = useState(false);
  const confirmed = (request: ServerRequest<unknown>) => async (): Promise<void> => {
    await call(request);
    onDone();
  };
  const toLeave = countIn(campaign, 'planned');
  const awaited = countIn(campaign, 'sent', 'opened', 'expired');
  const isUnderWay = state === 'running' || state === 'done';
  return (
    <>
      {isReminded && isUnderWay && (session.outbox.includes('email') ? <OutboxNote /> : <Done>{act.reminded}</Done>)}
      <div className="actions">
        {state === 'planned' && toLeave > 0 && (
          <ConfirmButton
            label={act.start}
            title={act.startTitle({ name })}
            onConfirm={confirmed(changeCampaign('start', id))}
          >
            <p>{act.startText({ count: number(toLeave), days: number(linkDays) })}</p>
            {session.outbox.includes('email') ? <OutboxNote /> : <p>{act.noRecall}</p>}
            <p>
              {reminders === 0
                ? act.noReminders
                : act.startReminders({ count: number(reminders), days: number(reminderDays) })}
            </p>
          </ConfirmButton>
        )}
        {state === 'running' && (
          <ConfirmButton
            label={act.stop}
            title={act.stopTitle({ name })}
            onConfirm={confirmed(changeCampaign('stop', id))}
            text={act.stopText}
          />
        )}
        {state === 'stopped' && (
          <ConfirmButton
            label={act.resume}
            title={act.resumeTitle({ name })}
            onConfirm={confirmed(resumeCampaign(id, []))}
            text={act.resumeText({ count: number(toLeave) })}
          >
            <OutboxNote />
          </ConfirmButton>
        )}
        {isUnderWay && awaited > 0 && (
          <ConfirmButton
            label={act.remind}
            title={act.remindTitle}
            onConfirm={async () => {
              await call(changeCampaign('remind', id));
              setReminded(true);
              onDone();
            }}
            text={act.remindText({ count: number(awaited) })}
          >
            <OutboxNote />
          </ConfirmButton>
        )}
        {isUnderWay &&
          retryable
            .filter((each) => countIn(campaign, each) > 0)
            .map((each) => (
              <ConfirmButton
                key={each}
                label={`${act.again}: ${states[each]}`}
                title={act.againTitle}
                action={act.again}
                onConfirm={confirmed(resumeCampaign(id, [each]))}
                text={act.againText({ count: number(countIn(campaign, each)) })}
              >
                <OutboxNote />
              </ConfirmButton>
            ))}
      </div>
      {countIn(campaign, 'uncertain') > 0 && (
        <p className="note warn">{uncertain({ count: number(countIn(campaign, 'uncertain')) })}</p>
      )}
    </>
  );
}
