import { useEffect, useRef, useState } from 'react';
import type { Texts as LedgerWords } from '../../../../locales/compiled/console/ledger/texts.js';
import { loadTexts } from '../../../../locales/compiled/console/log/load.js';
import { usePages } from '../../frame/acting.js';
import { addressOf, navigate, useParameters } from '../../frame/router.js';
import { defineTexts, textIn } from '../../frame/words.js';
import { Checks } from '../../ledger/checks.js';
import { ConnectionChoice } from '../../ledger/connection-choice.js';
import { type Filter, listChecks, outcomes, startOf } from '../../ledger/requests.js';
import { withLedger } from '../../ledger/told.js';
import { ActForm, Field, Select, toOptions } from '../../parts/form.js';
import { QuietButton } from '../../parts/state.js';
import { codesOf, isReasonGroup } from './reason-groups.js';

const { defineScreen, useTexts } = defineTexts(withLedger(loadTexts));

export const screen = defineScreen(function Log() {
  const words = useTexts();
  const parameters = useParameters();
  return (
    <>
      <h1>{words.heading}</h1>
      <Filters key={`filters ${parameters}`} parameters={parameters} />
      <Shown key={`checks ${parameters}`} parameters={parameters} />
    </>
  );
});

function Shown({ parameters }: { readonly parameters: URLSearchParams }) {
  const words = useTexts();
  const filter = toFilter(parameters, words.ledger);
  const [unasked, setUnasked] = useState<readonly string[]>([]);
  const [isFollowing, setFollowing] = useState(false);
  const paged = usePages(
    (cursor) => listChecks(filter, cursor),
    (reply) => {
      setUnasked(reply.unasked);
      return reply.checks;
    },
  );
  useRepeated(paged.poll, isFollowing);
  return (
    <>
      {unasked.length > 0 && <p className="note warn">{words.ledger.unasked({ connections: unasked.join(', ') })}</p>}
      <div className="actions">
        <QuietButton aria-pressed={isFollowing} onPress={() => setFollowing(!isFollowing)}>
          {isFollowing ? words.follow.pause : words.follow.start}
        </QuietButton>
      </div>
      <p className="fine soft" role="status">
        {isFollowing && words.follow.running}
      </p>
      <Checks paged={paged} caption={words.heading} empty={words.empty} filter={filter} words={words.ledger} />
    </>
  );
}

const everyMs = 2_000;

function useRepeated(work: () => Promise<void>, isOn: boolean): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (!isOn) return;
    let timer: number | undefined;
    const repeat = async (): Promise<void> => {
      if (!document.hidden) await latest.current();
      if (timer !== -1) timer = window.setTimeout(() => void repeat(), everyMs);
    };
    void repeat();
    return () => {
      window.clearTimeout(timer);
      timer = -1;
    };
  }, [isOn]);
}

/** Groups of events, by the beginning of their actions. */
const eventGroups = [
  ['signIns', /^hook_/],
  ['checks', /^(step_up|hand_off|liveness|verif|test_|lock|new_place)/],
  ['enrolments', /^(enrol|company_photo|renewed|revoked|invitation)/],
  ['codes', /^(code|another_way|recovery_codes|bypass)/],
  ['recoveries', /^recover/],
  ['helpDesk', /^(vouch|help|not_me)/],
  ['others', /^/],
] as const;

const actionsOf = (event: string, actions: readonly string[]): readonly string[] =>
  event === 'started'
    ? ['step_up_started']
    : actions.filter((action) => eventGroups.find(([, begins]) => begins.test(action))?.[0] === event);

function toFilter(parameters: URLSearchParams, { actions, codes }: Pick<LedgerWords, 'actions' | 'codes'>): Filter {
  const event = parameters.get('event');
  const search = parameters.get('search') ?? undefined;
  const code = parameters.get('code');
  return {
    search,
    connection: parameters.get('connection') ?? undefined,
    outcome: parameters.get('outcome') ?? undefined,
    actions: event === null ? undefined : actionsOf(event, Object.keys(actions)),
    // A search may be for an attempt that only started.
    hasResult: event !== 'started' && search === undefined,
    code: code === null ? undefined : codesOf(code, Object.keys(codes)),
    application: parameters.get('application') ?? undefined,
    since: startOf(parameters.get('since'), 0),
    until: startOf(parameters.get('until'), 1),
  };
}

function Filters({ parameters }: { readonly parameters: URLSearchParams }) {
  const { filters, ledger } = useTexts();
  const any = { value: '', label: ledger.any };
  const chosen = (name: string): string => parameters.get(name) ?? '';
  const groups = Object.entries(filters.reasons).map(([value, label]) => ({ value, label }));
  const reason = chosen('code');
  const isOneReason = reason !== '' && !isReasonGroup(reason);
  const oneReason = isOneReason ? [{ value: reason, label: textIn(ledger.codes, reason) ?? reason }] : [];
  return (
    <ActForm submit={ledger.show} onSubmit={async (fields) => navigate(addressOf('/log', fields))}>
      <Field
        name="search"
        type="search"
        label={filters.search}
        hint={filters.hint}
        maxLength={256}
        initial={chosen('search')}
      />
      <details open={[...parameters.keys()].some((name) => name !== 'search')}>
        <summary>{ledger.filter}</summary>
        <div className="filters">
          <ConnectionChoice label={ledger.connection} anyLabel={ledger.any} initial={chosen('connection')} />
          <Select
            name="outcome"
            label={ledger.columns.result}
            options={[any, ...toOptions(ledger.outcomes, outcomes)]}
            initial={chosen('outcome')}
          />
          <Select
            name="event"
            label={filters.event}
            options={[
              { value: '', label: filters.events.any },
              ...toOptions(filters.events, [...eventGroups.map(([value]) => value), 'started']),
            ]}
            initial={chosen('event')}
          />
          <Select name="code" label={ledger.columns.why} options={[any, ...oneReason, ...groups]} initial={reason} />
          <Field
            name="application"
            label={ledger.columns.application}
            maxLength={256}
            initial={chosen('application')}
          />
          <Field name="since" type="date" label={filters.since} initial={chosen('since')} />
          <Field name="until" type="date" label={filters.until} initial={chosen('until')} />
        </div>
      </details>
    </ActForm>
  );
}
