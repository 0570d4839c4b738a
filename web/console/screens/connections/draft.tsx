import { useState } from 'react';
import type {
  ComparedReply,
  DraftCheckReply,
  DraftEffectReply,
  DraftReply,
  EditableSection,
  SchemaReply,
  SettingSchema,
} from '../../../../src/drafts/replies.js';
import { toRefusal, useAction, useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { useFormats, useWords } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { ServerText } from '../../parts/server-text.js';
import { Lines } from '../../parts/shown-once.js';
import { Await, Done, Light, Note, Problem, QuietButton, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { addressOfSection, patient, readDraft, useTexts } from './requests.js';
import { SectionEditor } from './section-editor.js';

/** Last action on this page. */
type Last = 'saved' | 'applied' | 'discarded' | 'read';

export interface DraftState {
  readonly state: DraftReply;
  readonly onState: (state: DraftReply, last: Last) => void;
}

/** Loads the draft, and replaces it by the reply of each change. */
export function useDraft() {
  const loaded = useLoaded(readDraft);
  const [changed, setChanged] = useState<{ readonly state: DraftReply; readonly last: Last } | null>(null);
  return {
    loaded: changed === null ? loaded : ({ state: 'loaded', value: changed.state, reload: loaded.reload } as const),
    last: changed?.last ?? null,
    onState: (state: DraftReply, last: Last): void => setChanged({ state, last }),
  };
}

/** Names the draft that waits for its activation, and leads to it. */
export function WaitingDraft() {
  const { draft: words } = useTexts();
  const { instant } = useFormats();
  const loaded = useLoaded(readDraft);
  const draft = loaded.state === 'loaded' ? loaded.value.draft : null;
  const [first] = draft?.sections ?? [];
  if (draft === null || first === undefined) return null;
  return (
    <Note>
      {words.waiting({ name: draft.by, when: instant(draft.at) })}{' '}
      <Link to={addressOfSection(first)}>{words.toDraft}</Link>
    </Note>
  );
}

const readSchema = (kind: string | null) => get<SchemaReply>('/v1/configuration/schema', { kind: kind ?? undefined });

/**
 * Edits a draft of the configuration file, and activates it or an earlier version.
 * @param props.connection - `null` for the settings of no connection
 */
export function DraftEditor({
  connection,
  onApplied,
}: {
  readonly connection: { readonly id: string; readonly kind: string } | null;
  readonly onApplied?: () => void;
}) {
  const { draft: words } = useTexts();
  const { call } = useSessionActions();
  const { loaded, last, onState: keep } = useDraft();
  const schema = useLoaded(readSchema(connection?.kind ?? null));
  const id = connection?.id ?? '';
  const onState: DraftState['onState'] = (state, what) => {
    keep(state, what);
    if (what === 'applied') onApplied?.();
  };
  const save = async (section: EditableSection, settings: string, revision: number | undefined): Promise<void> => {
    const asked = post<DraftReply>('/v1/configuration/draft/save', { connection: id, section, settings, revision });
    try {
      onState(await call(asked), 'saved');
    } catch (thrown) {
      // The input is kept, and can be saved in the draft that another owner changed.
      if (toRefusal(thrown).code === 'draft_changed') onState(await call(readDraft), 'read');
      throw thrown;
    }
  };
  return (
    <Await loaded={loaded}>
      {(state) => {
        const { file, draft } = state;
        const given = { state, onState };
        return (
          <>
            {file.notLoaded !== null && (
              <Note tone="warn">
                {words.notLoaded}{' '}
                <ServerText>{[file.notLoaded.reason, toLines(file.notLoaded.problems)].join(' ')}</ServerText>
              </Note>
            )}
            {!file.isWritable && <Note>{words.readOnly}</Note>}
            <Section heading={words.heading} intro={words.intro}>
              <Await loaded={schema}>
                {({ sections }) =>
                  sectionsOf(sections).map(([section, each]) => (
                    <SectionEditor
                      key={section}
                      schema={each}
                      section={section}
                      connection={id}
                      text={textOf(state, id, section)}
                      onSave={(settings) => save(section, settings, draft?.revision)}
                    />
                  ))
                }
              </Await>
            </Section>
            {draft !== null && <Changes {...given} draft={draft} />}
            {draft === null && last === 'discarded' && <Done>{words.discarded}</Done>}
            {last === 'applied' && file.notLoaded === null && <Done>{words.done}</Done>}
            <Restart settings={file.needingRestart} />
            {file.switched.includes(id) && <Note tone="warn">{words.switched}</Note>}
            {state.versions.length > 0 && <Versions {...given} />}
          </>
        );
      }}
    </Await>
  );
}

const sectionsOf = (sections: SchemaReply['sections']) =>
  (['policy', 'oidc', 'server'] as const).flatMap((section) => {
    const text = sections[section];
    if (text === undefined) return [];
    const schema: SettingSchema = JSON.parse(text);
    return [[section, schema] as const];
  });

/** Starts this server again, for settings that it activates only then. */
function Restart({ settings }: { readonly settings: readonly string[] }) {
  const { draft: words } = useTexts();
  const { call } = useSessionActions();
  const [isAsked, setAsked] = useState(false);
  if (settings.length === 0) return null;
  if (isAsked) return <Note>{words.restarting}</Note>;
  return (
    <>
      <Note tone="warn">{words.restartNeeded({ settings: settings.join(', ') })}</Note>
      <ConfirmButton
        {...words.restart}
        onConfirm={async () => {
          await call(post('/v1/configuration/restart'));
          setAsked(true);
        }}
      />
    </>
  );
}

const toLines = (problems: readonly { readonly path: string; readonly reason: string }[]): string =>
  problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');

function textOf({ draft, file }: DraftReply, id: string, section: EditableSection): string {
  const own = draft?.sections.find((each) => each.connection === id && each.section === section);
  if (own !== undefined) return own.text;
  if (section === 'server') return file.server;
  return file.connections.find((each) => each.id === id)?.[section] ?? '{}';
}

/** Shows what the draft changes, and what is wrong with it, and activates it. */
export function Changes({ state, onState, draft }: DraftState & { readonly draft: NonNullable<DraftReply['draft']> }) {
  const { draft: words } = useTexts();
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const { revision, changes, problems, warnings } = draft;
  const outdated = draft.sections.filter((each) => each.isOutdated);
  const isReady = problems.length === 0 && outdated.length === 0 && changes.length > 0;
  return (
    <Section heading={words.changes} intro={words.savedBy({ name: draft.by, when: instant(draft.at) })}>
      {outdated.length > 0 && (
        <Note tone="warn">
          {words.outdated}{' '}
          {outdated.map(({ connection, section }) => (
            <Link key={`${connection} ${section}`} className="line" to={addressOfSection({ connection, section })}>
              {`${connection} ${words.sections[section]}`}
            </Link>
          ))}
        </Note>
      )}
      {problems.length > 0 && (
        <Note tone="bad">
          {words.problems} <ServerText>{toLines(problems)}</ServerText>
        </Note>
      )}
      {warnings.length > 0 && (
        <Note tone="warn">
          {words.warnings} <ServerText>{warnings.join('; ')}</ServerText>
        </Note>
      )}
      <ChangesTable changes={changes} after={words.columns.after} />
      {problems.length === 0 &&
        [...new Set(draft.sections.map(({ connection }) => connection))]
          .filter(Boolean)
          .map((each) => <Check id={each} revision={revision} key={`${each} ${revision}`} />)}
      {problems.length === 0 &&
        draft.sections
          .filter(({ section, text }) => section === 'policy' && text.includes('"rules"'))
          .map(({ connection }) => <Effect id={connection} revision={revision} key={`${connection} ${revision}`} />)}
      {!state.file.isWritable && <TextToCopy sections={draft.sections} />}
      {state.file.isWritable && isReady && (
        <Activation
          key={`apply ${revision}`}
          submit={words.apply}
          onActivate={async (asked) => {
            const applying = post<DraftReply>('/v1/configuration/draft/apply', { ...asked, revision });
            onState(await call({ ...applying, ...patient }), 'applied');
          }}
        />
      )}
      <ConfirmButton
        {...words.discard}
        onConfirm={async () =>
          onState(await call(post<DraftReply>('/v1/configuration/draft/discard', { revision })), 'discarded')
        }
      />
    </Section>
  );
}

/** A table shows paragraphs whole. */
const toCell = (text: string | null) => (
  <p>
    <code>{text ?? '–'}</code>
  </p>
);

/** @param props.after - heading of the new values */
function ChangesTable({ changes, after }: ComparedReply & { readonly after: string }) {
  const { draft: words } = useTexts();
  return (
    <Table
      caption={after}
      rows={changes}
      keyOf={({ path }) => path}
      empty={words.none}
      headings={{ ...words.columns, after }}
      columns={[
        { id: 'path', isRowHeading: true, cell: ({ path }) => <code>{path}</code> },
        { id: 'before', isWide: true, cell: ({ before }) => toCell(before) },
        { id: 'after', isWide: true, cell: ({ after }) => toCell(after) },
      ]}
    />
  );
}

type DraftSections = NonNullable<DraftReply['draft']>['sections'];

/** Shows the changed sections for a file that this server cannot write. */
function TextToCopy({ sections: changed }: { readonly sections: DraftSections }) {
  const { draft: words } = useTexts();
  return (
    <>
      {changed.some(({ text }) => text.includes('"unchanged": true')) && <Note>{words.keepSecrets}</Note>}
      {changed.map(({ connection, section, text }) => (
        <Lines key={`${connection} ${section}`} label={`${connection} ${words.sections[section]}`} text={text} />
      ))}
    </>
  );
}

/** Asks for the reason, and again if no user could pass. */
function Activation({
  submit,
  onActivate,
}: {
  readonly submit: string;
  readonly onActivate: (asked: { readonly reason: string; readonly isSure: boolean }) => Promise<void>;
}) {
  const { draft: words, nobody, toEnforce } = useTexts();
  const [isWarned, setWarned] = useState(false);
  const activate = async (fields: FormData): Promise<void> => {
    try {
      await onActivate({ reason: String(fields.get('reason')), isSure: isWarned });
    } catch (thrown) {
      if (toRefusal(thrown).code === 'nobody_can_pass') setWarned(true);
      throw thrown;
    }
  };
  return (
    <>
      {isWarned && <Note tone="warn">{nobody}</Note>}
      <ActForm submit={isWarned ? toEnforce.sure : submit} onSubmit={activate}>
        <Field name="reason" label={words.reason} isRequired maxLength={500} />
      </ActForm>
    </>
  );
}

/** Runs the checks of the connection as the draft configures it. */
function Check({ id, revision }: { readonly id: string; readonly revision: number }) {
  const { draft: words, lights } = useTexts();
  const { call } = useSessionActions();
  const { isBusy, refusal, run } = useAction();
  const [found, setFound] = useState<DraftCheckReply['findings'] | null>(null);
  const check = async (): Promise<void> => {
    const asked = post<DraftCheckReply>('/v1/configuration/draft/check', { revision, connection: id });
    setFound(null);
    setFound((await call({ ...asked, ...patient })).findings);
  };
  const failing = (found ?? []).flatMap(({ verdict, ...each }) =>
    verdict === 'warn' || verdict === 'fail' ? [{ ...each, verdict }] : [],
  );
  return (
    <>
      <p>
        <QuietButton isDisabled={isBusy} onPress={() => void run(check)}>
          {words.check({ id })}
        </QuietButton>
      </p>
      {refusal !== null && <Problem refusal={refusal} />}
      {found !== null && failing.length === 0 && <Done>{words.checked}</Done>}
      {failing.length > 0 && (
        <ul>
          {failing.map(({ title, verdict, found: text, remedy }) => (
            <li key={title}>
              <Light light={verdict}>{lights[verdict]}</Light>{' '}
              <ServerText>{`${title}: ${text}${remedy === null ? '' : `. ${remedy}`}`}</ServerText>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Shows what the rules of the draft would have decided. */
function Effect({ id, revision }: { readonly id: string; readonly revision: number }) {
  const { draft: words, rules: named, modeNames } = useTexts();
  const { call } = useSessionActions();
  const { instant, number } = useFormats();
  const { isBusy, refusal, run } = useAction();
  const [found, setFound] = useState<DraftEffectReply | null>(null);
  const preview = async (): Promise<void> => {
    const asked = get<DraftEffectReply>('/v1/configuration/draft/effect', { revision, connection: id });
    setFound(null);
    setFound(await call({ ...asked, ...patient }));
  };
  return (
    <>
      <p>
        <QuietButton isDisabled={isBusy} onPress={() => void run(preview)}>
          {words.effect({ id })}
        </QuietButton>
      </p>
      {refusal !== null && <Problem refusal={refusal} />}
      {found !== null && (
        <>
          <Table
            caption={words.effect({ id })}
            rows={found.rules}
            keyOf={({ name }) => name}
            empty={words.none}
            headings={{ ...named.columns, unknown: words.notKnown }}
            columns={[
              { id: 'name', isRowHeading: true, cell: ({ name }) => <bdi>{name}</bdi> },
              { id: 'outcome', cell: ({ outcome }) => named.outcomes[outcome] },
              { id: 'mode', cell: ({ mode }) => modeNames[mode] },
              { id: 'signIns', isNumber: true, cell: ({ signIns }) => number(signIns) },
              { id: 'refused', isNumber: true, cell: ({ refused }) => number(refused) },
              { id: 'people', isNumber: true, cell: ({ peopleRefused }) => number(peopleRefused) },
              { id: 'unknown', isNumber: true, cell: ({ unknown }) => number(unknown) },
            ]}
          />
          <p className="fine soft">
            {words.effectText({
              signIns: number(found.signIns),
              people: number(found.people),
              since: instant(found.since),
            })}{' '}
            {found.peopleRead !== null && words.peopleRead({ count: number(found.peopleRead) })}
          </p>
        </>
      )}
    </>
  );
}

/** Lists the versions of the file, and restores an earlier one. */
export function Versions({ state: { versions, file }, onState }: DraftState) {
  const { draft: words } = useTexts();
  const { call } = useSessionActions();
  const { instant, number } = useFormats();
  const earlier = versions.filter(({ isActive }) => !isActive);
  const [shown, setNumber] = useState<number | null>(null);
  const chosen = earlier.find((version) => version.number === shown);
  return (
    <Section heading={words.versions.heading}>
      <Table
        caption={words.versions.heading}
        rows={versions}
        keyOf={(version) => String(version.number)}
        empty={words.none}
        headings={words.versions.columns}
        columns={[
          { id: 'number', isRowHeading: true, cell: (version) => number(version.number) },
          { id: 'at', cell: ({ at }) => instant(at) },
          {
            id: 'by',
            cell: (version) =>
              version.by === 'file' ? words.versions[version.number === 1 ? 'first' : 'file'] : <bdi>{version.by}</bdi>,
          },
          { id: 'reason', isWide: true, cell: ({ reason }) => <bdi>{reason}</bdi> },
          { id: 'active', cell: ({ isActive }) => (isActive ? words.versions.active : '') },
        ]}
      />
      {earlier.length > 0 && chosen === undefined && (
        <ActForm submit={words.versions.compare} onSubmit={async (fields) => setNumber(Number(fields.get('number')))}>
          <Select
            name="number"
            label={words.versions.version}
            options={earlier.map((version) => ({ value: String(version.number), label: number(version.number) }))}
          />
        </ActForm>
      )}
      {chosen !== undefined && (
        <Restoration
          key={`${chosen.number} ${file.digest}`}
          version={chosen}
          onCancel={() => setNumber(null)}
          onRestore={async (asked) => {
            const version = { ...asked, number: chosen.number, digest: file.digest };
            const restoring = post<DraftReply>('/v1/configuration/versions/restore', version);
            onState(await call({ ...restoring, ...patient }), 'applied');
            setNumber(null);
          }}
        />
      )}
    </Section>
  );
}

/** Shows what an earlier version changes, and restores it. */
function Restoration({
  version,
  onCancel,
  onRestore,
}: {
  readonly version: DraftReply['versions'][number];
  readonly onCancel: () => void;
  readonly onRestore: (asked: { readonly reason: string; readonly isSure: boolean }) => Promise<void>;
}) {
  const { draft: words } = useTexts();
  const { cancel } = useWords();
  const { number } = useFormats();
  const { versions } = words;
  const byHand = versions[version.number === 1 ? 'first' : 'file'];
  const compared = useLoaded(get<ComparedReply>('/v1/configuration/versions/compare', { number: version.number }));
  return (
    <>
      <h3>{versions.restoring({ number: number(version.number), reason: version.reason || byHand })}</h3>
      <Note tone="warn">{versions.consequences}</Note>
      <Await loaded={compared}>
        {({ changes }) => (
          <>
            <ChangesTable changes={changes} after={versions.version} />
            <Activation submit={versions.restore} onActivate={onRestore} />
          </>
        )}
      </Await>
      <QuietButton onPress={onCancel}>{cancel}</QuietButton>
    </>
  );
}
