import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import type {
  BegunRunReply,
  ConnectionSecretsReply,
  LastRunReply,
  PlanReply,
} from '../../../../src/connections/replies.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { navigate } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { Asked } from '../../parts/asked.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field } from '../../parts/form.js';
import { Facts, ServerText, ServerTextLines } from '../../parts/server-text.js';
import { NewSecretField } from '../../parts/shown-once.js';
import { Await, Done, Empty, Note, Progress, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { Doctor, type Examined } from './doctor.js';
import { type Applied, addressOfTab, type Connection, pathOf, patient, readDraft, useTexts } from './requests.js';

type Secret = ConnectionSecretsReply['secrets'][number];

interface Props {
  readonly connection: Connection;
  readonly begin: (what: Applied, isSure: boolean) => Promise<void>;
  readonly progress: ReactNode;
  /** True if the last run on this page did all its steps. */
  readonly isDone: boolean;
}

function Secrets(given: Props) {
  const { secrets: words } = useTexts();
  /** Secret whose button began the last push. */
  const [pushed, setPushed] = useState<string | null>(null);
  const listed = useLoaded(get<ConnectionSecretsReply>(pathOf(given.connection.id, 'secrets')));
  return (
    <Await loaded={listed}>
      {({ secrets, others }) => (
        <Section heading={words.heading}>
          {secrets.length === 0 && <Empty>{words.none}</Empty>}
          {secrets.map((secret) => (
            <OneSecret
              key={secret.setting}
              {...given}
              secret={secret}
              begin={(what, isSure) => given.begin(what, isSure).then(() => setPushed(secret.setting))}
              progress={pushed === secret.setting && given.progress}
            />
          ))}
          {others.map(({ setting, reference }) => (
            <Fragment key={setting}>
              <h3>
                <code>{setting}</code>
              </h3>
              <SetBy reference={reference} />
              <NewSecret id={given.connection.id} setting={setting} />
            </Fragment>
          ))}
        </Section>
      )}
    </Await>
  );
}

/** Says where a secret comes from. */
function SetBy({ reference }: Pick<Secret, 'reference'>) {
  const { secrets: named } = useTexts();
  const { instant } = useFormats();
  if (reference === null) return <p>{named.inFile}</p>;
  if ('sealed' in reference)
    return <p>{named.setBy({ name: reference.sealed.by, when: instant(reference.sealed.at) })}</p>;
  return <p>{named.referred({ place: 'env' in reference ? reference.env : reference.file })}</p>;
}

function OneSecret({ connection: { id }, begin, progress, isDone, secret }: Props & { readonly secret: Secret }) {
  const words = useTexts();
  const { ago, instant } = useFormats();
  const { secrets: named } = words;
  const { setting, previousSetting, isPreviousTaken, isPushed, reference, previousReference, current, previous } =
    secret;
  const until = previousReference !== null && 'sealed' in previousReference ? previousReference.sealed.until : null;
  const isElsewhere = reference !== null && !('sealed' in reference);
  const toText = ({ since, usedAt }: Secret['current']): string =>
    [
      named.since({ when: instant(since), ago: ago(since) }),
      usedAt === null ? named.unused : named.used({ when: instant(usedAt), ago: ago(usedAt) }),
    ].join('\n');
  return (
    <>
      <h3>
        <code>{setting}</code>
      </h3>
      <SetBy reference={reference} />
      <Facts
        rows={[
          [named.current, toText(current)],
          [named.previous, previous === null ? named.notAccepted : toText(previous)],
        ]}
      />
      <h3>{isPreviousTaken ? named.bothUntil({ when: until === null ? null : instant(until) }) : named.rotate}</h3>
      {isElsewhere && (
        <p>
          <a href="/docs/rotate-secrets/#in-files-and-variables" target="_blank" rel="noreferrer">
            {named.howTo}
          </a>
        </p>
      )}
      {!isPreviousTaken && !isElsewhere && <NewSecret id={id} setting={setting} previousSetting={previousSetting} />}
      {isPushed ? (
        <>
          {!isDone && current.usedAt === null && <p>{named.push}</p>}
          <ConfirmButton
            label={named.pushLabel}
            title={named.pushTitle}
            insist={{ warning: words.nobody, action: named.sure }}
            onConfirm={(isSure) => begin({ pushSecrets: true }, isSure)}
            text={named.pushText}
          />
          {progress}
        </>
      ) : (
        <p>{named.deploy}</p>
      )}
    </>
  );
}

const formerDays = 7;

/** Puts a new secret into the draft. A former one is accepted next to it, and ends by itself. */
function NewSecret({
  id,
  setting,
  previousSetting = null,
}: {
  readonly id: string;
  readonly setting: string;
  readonly previousSetting?: string | null;
}) {
  const { secrets: named } = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const isOurs = previousSetting !== null;
  return (
    <ActForm
      submit={named.toDraft}
      onSubmit={async (fields) => {
        const { draft } = await call(readDraft);
        const stated = [[setting, { seal: String(fields.get('secret')) }]];
        const settings = Object.fromEntries(isOurs ? [...stated, [previousSetting, { formerDays }]] : stated);
        const asked = { connection: id, section: 'secrets', settings: JSON.stringify(settings) };
        await call(post('/v1/configuration/draft/save', { ...asked, revision: draft?.revision }));
        navigate(`${addressOfTab(id, 'settings')}#draft`);
      }}
    >
      {isOurs ? (
        <NewSecretField
          name="secret"
          label={named.newSecret}
          hint={named.newSecretHint({ days: number(formerDays) })}
        />
      ) : (
        <Field name="secret" label={named.newSecret} hint={named.sealedHint} rows={3} isRequired maxLength={16_384} />
      )}
    </ActForm>
  );
}

function SetUp({ connection: { id }, begin, progress }: Props) {
  const { plan: named } = useTexts();
  const request = { ...get<PlanReply>(pathOf(id, 'plan')), ...patient };
  return (
    <Section heading={named.heading} intro={named.lookHint}>
      <Asked label={named.look} request={request} otherwise={progress}>
        {(plan, forget) => <Planned id={id} plan={plan} onApply={(isSure) => begin({}, isSure).then(forget)} />}
      </Asked>
    </Section>
  );
}

function Planned({
  id,
  plan: { steps, census },
  onApply,
}: {
  readonly id: string;
  readonly plan: PlanReply;
  readonly onApply: (isSure: boolean) => Promise<void>;
}) {
  const words = useTexts();
  const { number } = useFormats();
  const { plan: named } = words;
  const manual = steps.filter(({ state }) => state === 'manual').length;
  // Steps are applied in order, up to the first that cannot be.
  const stuck = steps.findIndex(({ state }) => state === 'blocked' || state === 'failed');
  const changed = steps.slice(0, stuck < 0 ? steps.length : stuck).filter(({ diff }) => diff.length > 0).length;
  return (
    <>
      {stuck < 0 && changed === 0 && (
        <Done>{manual === 0 ? named.nothing : named.manualOnly({ count: number(manual) })}</Done>
      )}
      {stuck >= 0 && (
        <Note tone="warn">
          {named.stuck} <ServerText>{steps[stuck]?.title ?? ''}</ServerText>
        </Note>
      )}
      <Table
        caption={named.heading}
        rows={steps}
        keyOf={(step) => step.id}
        empty={named.nothing}
        headings={named.columns}
        columns={[
          { id: 'step', isRowHeading: true, cell: ({ title }) => <ServerText>{title}</ServerText> },
          { id: 'state', cell: ({ state }) => named.states[state] },
          {
            id: 'change',
            cell: ({ diff, words: lines, byHand }) => (
              <div>
                {diff.length > 0 && (
                  <ul className="changes">
                    {diff.map(({ sign, text }) => (
                      <li key={text} data-sign={sign}>
                        <b>{named.signs[sign]}</b> <ServerText>{text}</ServerText>
                      </li>
                    ))}
                  </ul>
                )}
                <ServerTextLines lines={lines} />
                <details>
                  <summary>{named.byHand}</summary>
                  <ServerTextLines lines={byHand} />
                </details>
              </div>
            ),
          },
        ]}
      />
      {census !== null && (
        <p>
          {named.census({ enrolled: number(census.enrolled), users: number(census.users) })}{' '}
          {!census.isComplete && named.inPart} {census.remedy !== null && <ServerText>{census.remedy}</ServerText>}
        </p>
      )}
      {changed > 0 && (
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

type Place = 'overview' | 'setup' | 'settings';

/** Shows health, setup and secrets to permitted users. One of them runs at a time. */
export function SettingUp({
  connection,
  examined,
  tab,
  onChanged,
}: {
  readonly connection: Connection;
  readonly examined: Examined;
  readonly tab: Place;
  /** Runs the checks, and reads the mode again. */
  readonly onChanged: () => void;
}) {
  const { id } = connection;
  const { call } = useSessionActions();
  const last = useLoaded(get<LastRunReply>(pathOf(id, 'run')), ({ run }) => run?.state === 'under_way' && 1000);
  const run = last.value?.run ?? null;
  const [place, setPlace] = useState<Place>('setup');
  /** Id of the run that began on this page and has not ended. */
  const ownRun = useRef<string | null>(null);
  useEffect(() => {
    if (run === null || run.id !== ownRun.current || run.state === 'under_way') return;
    ownRun.current = null;
    onChanged();
  }, [run, onChanged]);

  const begin = async (what: Applied, isSure: boolean): Promise<void> => {
    const begun = await call({ ...post<BegunRunReply>(pathOf(id, 'apply'), { ...what, isSure }), ...patient });
    ownRun.current = begun.run.id;
    setPlace(tab);
    last.reload();
  };
  const shown = run !== null && place === tab ? run : null;
  const running = { begin, progress: shown && <RunProgress run={shown} />, isDone: shown?.state === 'done' };
  if (tab === 'setup') return <SetUp connection={connection} {...running} />;
  if (tab === 'settings') return <Secrets connection={connection} {...running} />;
  return <Doctor connection={connection} examined={examined} fixing={running} />;
}

function RunProgress({ run }: { readonly run: BegunRunReply['run'] }) {
  const { run: named, plan } = useTexts();
  const { instant, number } = useFormats();
  const { by, startedAt, state, steps } = run;
  const automatic = steps.filter((step) => step.state !== 'manual');
  const done = automatic.filter(({ progress }) => progress === 'done').length;
  const manual = steps.length - automatic.length;
  const text = named.progress({ done: number(done), all: number(automatic.length) });
  const textOf = ({ state: planned, progress, applied }: (typeof steps)[number]): string => {
    if (progress !== 'done') return named.steps[progress];
    if (planned === 'manual') return plan.states.manual;
    return applied ? named.steps.done : named.unchanged;
  };
  return (
    <div>
      <h3>{named.heading}</h3>
      <p className="soft">{named.begun({ by, when: instant(startedAt) })}</p>
      {state === 'under_way' && <Progress label={named.heading} text={text} value={done} most={automatic.length} />}
      {state === 'done' && <Done>{manual === 0 ? named.done : named.manualLeft({ count: number(manual) })}</Done>}
      {(state === 'stopped' || state === 'broken_off') && <Note tone="warn">{named[state]}</Note>}
      <details open={state !== 'done' || manual > 0}>
        <summary>{text}</summary>
        <ol className="lines">
          {steps.map((step) => (
            <li key={step.id}>
              <ServerText>{step.title}</ServerText>
              <br />
              <span className="soft">{textOf(step)}</span>
              <ServerTextLines lines={step.words} />
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
