import { useLoaded, useSessionActions } from '../../../../../web/console/frame/acting.js';
import { navigate } from '../../../../../web/console/frame/router.js';
import { useFormats, useWords } from '../../../../../web/console/frame/words.js';
import { ActForm, CheckboxGroup, Field, NumberField, Select } from '../../../../../web/console/parts/form.js';
import { Await, Title } from '../../../../../web/console/parts/state.js';
import type { Application } from '../../../../../web/console/screens/applications/requests.js';
import { toTerms } from '../../../../../web/console/screens/applications/terms-form.js';
import { leastScopes } from '../../../../access/scopes.js';
import { type ApplicationDraft, beginRequest, type DeveloperFacts, readDeveloper, useTexts } from './requests.js';

const longest = { name: 100, purpose: 2000, contact: 200, redirectUris: 10 * 1025 } as const;

/** Form for a draft, which is submitted later on its own page. */
const usual = { perMinute: 60, perDay: 10_000 };

export function NewRequest({ former }: { readonly former: Application | null }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const developer = useLoaded(readDeveloper);
  return (
    <>
      {former === null && <Title name={words.begin} to="/my-applications" all={words.all} />}
      <Await loaded={developer}>
        {(found) => (
          <ApplicationForm
            developer={found}
            former={former === null ? null : { ...former, purpose: '', connection: null, redirectUris: [] }}
            submit={words.wish.save}
            onSubmit={async (wish) => {
              const { request } = await call(beginRequest(wish, former?.id));
              navigate(`/my-applications/requests/${request.id}`);
            }}
          />
        )}
      </Await>
    </>
  );
}

export function ApplicationForm({
  developer,
  former,
  submit,
  onSubmit,
}: {
  readonly developer: DeveloperFacts;
  readonly former: ApplicationDraft | null;
  readonly submit: string;
  readonly onSubmit: (wish: ApplicationDraft) => Promise<void>;
}) {
  const { wish, facts } = useTexts();
  const { scopes } = useWords();
  const { number } = useFormats();
  const { most } = developer;
  return (
    <ActForm
      submit={submit}
      onSubmit={(fields) =>
        onSubmit({
          ...toTerms(fields),
          purpose: String(fields.get('purpose')),
          connection: String(fields.get('connection')) || null,
          redirectUris: String(fields.get('redirectUris')).split(/\s+/).filter(Boolean),
        })
      }
    >
      <Field name="name" label={facts.name} isRequired maxLength={longest.name} initial={former?.name ?? ''} />
      <Field
        rows={4}
        name="purpose"
        label={facts.purpose}
        hint={wish.purposeHint}
        isRequired
        maxLength={longest.purpose}
        initial={former?.purpose ?? ''}
      />
      <CheckboxGroup
        name="scopes"
        label={facts.scopes}
        initial={former?.scopes ?? leastScopes}
        options={developer.scopes}
        hints={scopes}
      />
      <Select
        name="connection"
        label={facts.connection}
        hint={wish.connectionHint}
        initial={(former === null ? developer.connections[0] : former.connection) ?? ''}
        options={[
          ...developer.connections.map((id) => ({ value: id, label: id })),
          { value: '', label: facts.noConnection },
        ]}
      />
      <Field
        rows={4}
        name="redirectUris"
        label={facts.redirectUris}
        hint={wish.redirectUrisHint}
        maxLength={longest.redirectUris}
        initial={former?.redirectUris.join('\n') ?? ''}
      />
      {(['perMinute', 'perDay'] as const).map((name) => (
        <NumberField
          key={name}
          name={name}
          label={facts[name]}
          hint={wish.most({ most: number(most[name]) })}
          min={1}
          max={most[name]}
          initial={former?.[name] ?? Math.min(usual[name], most[name])}
        />
      ))}
      <Field
        name="contact"
        label={facts.contact}
        hint={wish.contactHint}
        maxLength={longest.contact}
        initial={former?.contact ?? ''}
      />
    </ActForm>
  );
}
