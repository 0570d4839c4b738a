import { useEffect, useState } from 'react';
import type {
  ComparedReply,
  DraftCheckReply,
  DraftEffectReply,
  DraftReply,
  EditableSection,
  SchemaReply,
  SettingSchema,
} from '../../../../src/drafts/replies.js';
import { toRefusal, useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { Link, useNavigationKey } from '../../frame/router.js';
import { useFormats, useWords } from '../../frame/words.js';
import { Asked } from '../../parts/asked.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { ServerText } from '../../parts/server-text.js';
import { Lines } from '../../parts/shown-once.js';
import { Await, Done, Landing, Light, Note, QuietButton, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { colours, order } from './doctor.js';
import { addressOfSection, patient, readDraft, saveDraft, useTexts } from './requests.js';
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
  const key = useNavigationKey();
  const [reply, setReply] = useState<{ readonly state: DraftReply; readonly last: Last; readonly key: number } | null>(
    null,
  );
  // Another form may have changed the draft before it navigated here.
  const changed = reply?.key === key ? reply : null;
  return {
    loaded: changed === null ? loaded : ({ state: 'loaded', value: changed.state, reload: loaded.reload } as const),
    last: changed?.last ?? null,
    onState: (state: DraftReply, last: Last): void => setReply({ state, last, key }),
  };
}

/** Names the draft that waits for its activation, and leads to it. */
export function WaitingDraft() {
  const { draft: words } = useTexts();
  const { instant } = useFormats();
  const draft = useLoaded(readDraft).value?.draft ?? null;
  const [first] = draft?.sections ?? [];
  if (draft === null || first === undefined) return null;
  return (
    <Note>
      {words.waiting({ name: draft.by, when: instant(draft.at) })}{' '}
      <Link to={addressOfSection(first)}>{words.toDraft}</Link>
    </Note>
  );
}

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
  const schema = useLoaded(get<SchemaReply>('/v1/configuration/schema', { kind: connection?.kind }));
  const id = connection?.id ?? '';
  const onState: DraftState['onState'] = (state, what) => {
    keep(state, what);
    if (what === 'applied') onApplied?.();
  };
  const save = async (section: EditableSection, settings: string, revision: number | undefined): Promise<void> => {
    try {
      onState(await call(saveDraft(id, section, settings, revision)), 'saved');
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
            <Landing id="draft" after={last === null || last === 'read' ? null : state}>
              {draft !== null && <Changes {...given} draft={draft} />}
              {draft === null && last === 'discarded' && <Done>{words.discarded}</Done>}
              {last === 'applied' && file.notLoaded === null && <Done>{words.done}</Done>}
              <Restart settings={file.needingRestart} />
              {file.switched.includes(id) && <Note tone="warn">{words.switched}</Note>}
            </Landing>
            {state.versions.length > 0 && <Versions {...given} />}
          </>
        );
      }}
    </Await>
  );
}

const sectionsOf = (sections: SchemaReply['sections']) =>
  (['policy', 'oidc', 'me', 'recovery', 'provider', 'server'] as const).flatMap((section) => {
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
  if (isAsked) return <Restarting />;
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

/** Reloads the page when the server has started again. */
function Restarting() {
  const { draft: words } = useTexts();
  const read = useLoaded(readDraft, () => 2000);
  const isBack = read.value?.file.needingRestart.length === 0;
  useEffect(() => {
    if (isBack) location.reload();
  }, [isBack]);
  return <Note>{words.restarting}</Note>;
}

const toLines = (problems: readonly { readonly path: string; readonly reason: string }[]): string =>
  problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');

function textOf({ draft, file }: DraftReply, id: string, section: EditableSection): string | null {
  const own = draft?.sections.find((each) => each.connection === id && each.section === section);
  if (own !== undefined) return own.text;
  if (section === 'server') return file.server;
  return file.connections.find((each) => each.id === id)?.[section] ?? null;
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

/** @param props.after - heading of the new values */
function ChangesTable({ changes, after }: ComparedReply & { readonly after: string }) {
  const { draft: words } = useTexts();
  const { settings } = useWords();
  // A table shows paragraphs whole. A sealed secret is a text that says who set it, and in the file a mask.
  const show = (text: string) =>
    text.replace(/"(set by [^"]+)"/g, '$1').replaceAll('{"unchanged":true}', settings.stated);
  const toCell = (text: string | null) => <p>{text === null ? settings.notSet : <code>{show(text)}</code>}</p>;
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

/** Shows the changed sections for a file that this server cannot write. */
function TextToCopy({ sections: changed }: Pick<NonNullable<DraftReply['draft']>, 'sections'>) {
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
        <Field name="reason" label={words.reason} isRequired minLength={3} maxLength={500} />
      </ActForm>
    </>
  );
}

const lightOf = { fail: 'fail', warn: 'warn', manual: 'by_hand', skipped: 'skipped', pass: 'ok' } as const;

/** Runs the checks of the connection as the draft configures it. */
function Check({ id, revision }: { readonly id: string; readonly revision: number }) {
  const { draft: words, lights } = useTexts();
  const request = post<DraftCheckReply>('/v1/configuration/draft/check', { revision, connection: id });
  return (
    <Asked label={words.check({ id })} request={{ ...request, ...patient }}>
      {({ findings }) => (
        <ul className="lines">
          {order.flatMap((light) =>
            findings
              .filter(({ verdict }) => lightOf[verdict] === light)
              .map(({ title, found, remedy }) => (
                <li key={title}>
                  <Light light={colours[light]}>{lights[light]}</Light>{' '}
                  <ServerText>{`${title}: ${found}${remedy === null ? '' : `. ${remedy}`}`}</ServerText>
                </li>
              )),
          )}
        </ul>
      )}
    </Asked>
  );
}

/** Shows what the rules of the draft would have decided. */
function Effect({ id, revision }: { readonly id: string; readonly revision: number }) {
  const { draft: words, rules: named, modeNames } = useTexts();
  const { instant, number } = useFormats();
  const request = get<DraftEffectReply>('/v1/configuration/draft/effect', { revision, connection: id });
  return (
    <Asked label={words.effect({ id })} request={{ ...request, ...patient }}>
      {({ rules, signIns: all, people, since, peopleRead }) => (
        <>
          <Table
            caption={words.effect({ id })}
            rows={rules}
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
            {words.effectText({ signIns: number(all), people: number(people), since: instant(since) })}{' '}
            {peopleRead !== null && words.peopleRead({ count: number(peopleRead) })}
          </p>
        </>
      )}
    </Asked>
  );
}

/** Lists the versions of the file, and restores an earlier one. */
export function Versions({ state: { versions, file }, onState }: DraftState) {
  const { draft: words } = useTexts();
  const { cancel } = useWords();
  const { call } = useSessionActions();
  const { instant, number } = useFormats();
  const earlier = versions.filter(({ isActive }) => !isActive);
  const [shown, setNumber] = useState<number | null>(null);
  const chosen = earlier.find((version) => version.number === shown) ?? earlier[0];
  const byOf = (version: DraftReply['versions'][number]): string =>
    version.by === 'file' ? words.versions[version.number === 1 ? 'first' : 'file'] : version.by;
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
          { id: 'by', cell: (version) => <bdi>{byOf(version)}</bdi> },
          { id: 'reason', isWide: true, cell: ({ reason }) => <bdi>{reason}</bdi> },
          { id: 'active', cell: ({ isActive }) => (isActive ? words.versions.active : '') },
        ]}
      />
      {earlier.length === versions.length && <p>{words.versions.noneActive}</p>}
      {chosen !== undefined && (
        <>
          <Select
            name="number"
            label={words.versions.version}
            options={earlier.map((version) => ({ value: String(version.number), label: number(version.number) }))}
            onChoose={(value) => setNumber(Number(value))}
          />
          <Asked
            key={`${chosen.number} ${file.digest}`}
            label={words.versions.compare}
            request={get<ComparedReply>('/v1/configuration/versions/compare', { number: chosen.number })}
          >
            {({ changes }, forget) => (
              <>
                <h3>
                  {words.versions.restoring({ number: number(chosen.number), reason: chosen.reason || byOf(chosen) })}
                </h3>
                <Note tone="warn">{words.versions.consequences}</Note>
                <ChangesTable changes={changes} after={words.versions.version} />
                <Activation
                  submit={words.versions.restore}
                  onActivate={async (asked) => {
                    const version = { ...asked, number: chosen.number, digest: file.digest };
                    const restoring = post<DraftReply>('/v1/configuration/versions/restore', version);
                    onState(await call({ ...restoring, ...patient }), 'applied');
                  }}
                />
                <QuietButton onPress={forget}>{cancel}</QuietButton>
              </>
            )}
          </Asked>
        </>
      )}
    </Section>
  );
}
