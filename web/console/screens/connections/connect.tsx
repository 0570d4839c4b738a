import { Fragment, useState } from 'react';
import type { DraftReply, GuidesReply } from '../../../../src/drafts/replies.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { ServerText } from '../../parts/server-text.js';
import { NewSecretField } from '../../parts/shown-once.js';
import { Await, Done, Note, Section } from '../../parts/state.js';
import { Changes, type DraftState, useDraft, Versions } from './draft.js';
import { useTexts } from './requests.js';

type Guide = GuidesReply['guides'][number];

/** Leads from what to create at a provider to a connection that is active in shadow mode. */
export function ConnectProvider() {
  const { connect: words } = useTexts();
  const loaded = useLoaded(get<GuidesReply>('/v1/configuration/guides'));
  const draft = useDraft();
  const [kind, setKind] = useState<string | null>(null);
  return (
    <>
      <h1>{words.heading}</h1>
      <Await loaded={loaded}>
        {({ guides }) => (
          <Await loaded={draft.loaded}>
            {(state) => {
              const added = state.draft?.sections.find(({ section }) => section === 'connection');
              const guide = guides.find((each) =>
                kind === null ? parseNew(added?.text, each.kind) !== null : each.kind === kind,
              );
              return (
                <Steps
                  guide={guide ?? null}
                  guides={guides}
                  onKind={setKind}
                  given={{ state, onState: draft.onState }}
                />
              );
            }}
          </Await>
        )}
      </Await>
    </>
  );
}

function Steps({
  guide,
  guides,
  onKind,
  given,
}: {
  /** `null` before a provider is chosen. */
  readonly guide: Guide | null;
  readonly guides: readonly Guide[];
  readonly onKind: (kind: string) => void;
  readonly given: DraftState;
}) {
  const { connect: words } = useTexts();
  const { draft, file } = given.state;
  const [activated, setActivated] = useState<readonly string[]>([]);
  const added = draft?.sections.filter(({ section }) => section === 'connection') ?? [];
  const id = added[0]?.connection ?? null;
  if (activated.length > 0)
    return (
      <>
        {activated.map((each) => (
          <Section key={each} heading={each}>
            <Done>{words.active}</Done>
            <p>
              <Link to={`/connections/${encodeURIComponent(each)}/setup`}>{words.toSetup}</Link>
            </p>
          </Section>
        ))}
      </>
    );
  return (
    <>
      {!file.isWritable && <Note>{file.exists ? words.readOnly : words.noFile}</Note>}
      <Section heading={words.prepare}>
        <div className="form">
          <Select
            name="kind"
            label={words.kind}
            initial={guide?.kind ?? ''}
            onChoose={onKind}
            options={[
              ...(guide === null ? [{ value: '', label: words.choose }] : []),
              ...guides.map(({ kind, name }) => ({ value: kind, label: name })),
            ]}
          />
        </div>
        <ol className="lines">
          {guide?.preparation.map((line) => (
            <li key={line}>
              <ServerText>{line}</ServerText>
            </li>
          ))}
        </ol>
      </Section>
      {guide !== null && file.exists && (
        <Values key={guide.kind} guide={guide} given={given} former={parseNew(added[0]?.text, guide.kind)} />
      )}
      {draft !== null && id !== null && (
        <Changes
          {...given}
          draft={draft}
          onState={(next, last) => {
            given.onState(next, last);
            if (last === 'applied') setActivated(added.map(({ connection }) => connection));
          }}
        />
      )}
      {draft === null && given.state.versions.length > 0 && <Versions {...given} />}
    </>
  );
}

const childOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

/** Returns the text of a setting, with the entries of a list separated by commas. */
function toText(connection: unknown, setting: string): string {
  const value = setting.split('.').reduce(childOf, connection);
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}

function parseNew(text: string | undefined, kind: string): unknown {
  const parsed: unknown = text === undefined ? null : JSON.parse(text);
  return childOf(parsed, 'kind') === kind ? parsed : null;
}

/** Asks for the values of the connection, and saves it in the draft. */
function Values({
  guide,
  given,
  former,
}: {
  readonly guide: Guide;
  readonly given: DraftState;
  /** Connection of the draft. `null` if it has none of this kind. */
  readonly former: unknown;
}) {
  const { connect: words } = useTexts();
  const { call } = useSessionActions();
  const { state, onState } = given;
  return (
    <Section heading={words.values} intro={words.shadow}>
      <ActForm
        submit={words.save}
        onSubmit={async (fields) => {
          const values = Object.fromEntries(
            guide.fields.map(({ setting }) => [setting, String(fields.get(setting) ?? '')]),
          );
          const secrets = Object.fromEntries(
            guide.secrets.map(({ setting }) => [setting, String(fields.get(`secret ${setting}`) ?? '')]),
          );
          const connection = String(fields.get('connection') ?? '');
          const body = { provider: guide.kind, connection, values, secrets, revision: state.draft?.revision };
          onState(await call(post<DraftReply>('/v1/configuration/draft/connect', body)), 'saved');
        }}
      >
        {/* A save changes the revision: these fields then begin with the draft, and a random secret remains. */}
        <Fragment key={state.draft?.revision}>
          <Field
            name="connection"
            label={words.id}
            hint={words.idHint}
            initial={toText(former, 'id')}
            isRequired
            pattern="[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
            maxLength={63}
          />
          {guide.fields.map(({ setting, text, example, isOptional }) => (
            <Field
              key={setting}
              name={setting}
              label={
                <>
                  <ServerText>{text}</ServerText>
                  {isOptional && words.optional({ text: '' })}
                </>
              }
              hint={words.example({ example })}
              initial={toText(former, setting)}
              isRequired={!isOptional}
              maxLength={4096}
            />
          ))}
        </Fragment>
        {guide.secrets.map(({ setting, text, isRandom }) => {
          const field = { name: `secret ${setting}`, label: <ServerText>{text}</ServerText> };
          return isRandom ? (
            <NewSecretField key={setting} {...field} hint={words.hookSecretHint} />
          ) : (
            <Field key={setting} {...field} hint={words.secretHint} rows={3} isRequired maxLength={16_384} />
          );
        })}
      </ActForm>
    </Section>
  );
}
