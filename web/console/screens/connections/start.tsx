import { useState } from 'react';
import type { AddedAdministratorReply } from '../../../../src/access/administrator-replies.js';
import type { DraftReply } from '../../../../src/drafts/replies.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { post } from '../../frame/call.js';
import { base } from '../../frame/router.js';
import { signOut } from '../../frame/session.js';
import { ActForm, Field } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Await, Note, Section } from '../../parts/state.js';
import { connectPlace, readDraft, saveDraft, useTexts } from './requests.js';

/** Asks for what an empty server needs first: its public address, and an owner with a key of their own. */
export function StartServer() {
  const { start: words } = useTexts();
  const loaded = useLoaded(readDraft);
  const { call } = useSessionActions();
  const [done, setDone] = useState<{ readonly address: string; readonly key: string } | null>(null);
  const next = `${done?.address}${base}/connections/${connectPlace}`;
  return (
    <>
      <h1>{words.heading}</h1>
      {done === null ? (
        <Await loaded={loaded}>
          {(state) =>
            state.file.isWritable ? (
              <Questions state={state} onDone={setDone} />
            ) : (
              <Note>{words.readOnly({ path: state.file.path ?? '–' })}</Note>
            )
          }
        </Await>
      ) : (
        <Section heading={words.restarting}>
          <ShownOnce label={words.key} value={done.key} note={words.once} />
          <p>
            <a
              className="button plain"
              href={next}
              onClick={(event) => {
                event.preventDefault();
                // The session of the first start is no one's own. At another address, there is none.
                call(signOut).finally(() => location.assign(next));
              }}
            >
              {words.next({ address: done.address })}
            </a>
          </p>
        </Section>
      )}
    </>
  );
}

function Questions({
  state: { file, draft },
  onDone,
}: {
  readonly state: DraftReply;
  readonly onDone: (done: { readonly address: string; readonly key: string }) => void;
}) {
  const { start: words } = useTexts();
  const { call } = useSessionActions();
  const settings: Readonly<Record<string, unknown>> = JSON.parse(file.server);
  const saveAddress = async (publicUrl: string): Promise<void> => {
    const saved = await call(saveDraft('', 'server', JSON.stringify({ ...settings, publicUrl }), draft?.revision));
    if (saved.draft === null || saved.draft.changes.length === 0) return;
    const { revision } = saved.draft;
    await call(post<DraftReply>('/v1/configuration/draft/apply', { revision, reason: words.reason }));
    await call(post('/v1/configuration/restart'));
  };
  return (
    <Section heading={words.about} intro={words.file({ path: file.path ?? '' })}>
      <ActForm
        submit={words.submit}
        onSubmit={async (fields) => {
          const address = String(fields.get('address')).replace(/\/+$/, '');
          const owner = { name: String(fields.get('name')), role: 'owner' };
          const { key } = await call(post<AddedAdministratorReply>('/v1/administrators', owner));
          await saveAddress(address);
          onDone({ address, key });
        }}
      >
        <Field
          name="address"
          type="url"
          label={words.address}
          hint={words.addressHint}
          initial={String(settings.publicUrl ?? location.origin)}
          isRequired
        />
        <Field name="name" label={words.name} hint={words.nameHint} isRequired pattern="[\w.@\-]+" maxLength={64} />
      </ActForm>
    </Section>
  );
}
