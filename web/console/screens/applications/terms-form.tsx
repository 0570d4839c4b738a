import { clientScopes, leastScopes } from '../../../../src/access/scopes.js';
import { useWords } from '../../frame/words.js';
import { ActForm, CheckboxGroup, Field, NumberField } from '../../parts/form.js';
import type { Column } from '../../parts/table.js';
import { type Application, type Terms, useTexts } from './requests.js';

export const toTerms = (fields: FormData): Terms => ({
  name: String(fields.get('name')),
  contact: String(fields.get('contact')),
  perMinute: Number(fields.get('perMinute')),
  perDay: Number(fields.get('perDay')),
  scopes: fields.getAll('scopes').map(String),
});

export function TermsForm({
  submit,
  former,
  onSubmit,
}: {
  readonly submit: string;
  readonly former: Application | null;
  readonly onSubmit: (terms: Terms, tenant: string) => Promise<void>;
}) {
  const { terms, columns } = useTexts();
  const { scopes } = useWords();
  return (
    <ActForm submit={submit} onSubmit={(fields) => onSubmit(toTerms(fields), String(fields.get('tenant') ?? ''))}>
      <Field name="name" label={columns.name} isRequired maxLength={100} initial={former?.name ?? ''} />
      <Field
        name="contact"
        label={columns.contact}
        hint={terms.contactHint}
        maxLength={200}
        initial={former?.contact ?? ''}
      />
      {former === null && (
        <Field
          name="tenant"
          label={terms.tenant}
          hint={terms.tenantHint}
          initial="default"
          isRequired
          pattern="[\w.\-]+"
        />
      )}
      <NumberField
        name="perMinute"
        label={columns.perMinute}
        min={1}
        max={100_000}
        initial={former?.perMinute ?? 600}
      />
      <NumberField name="perDay" label={columns.perDay} min={1} max={100_000_000} initial={former?.perDay ?? 100_000} />
      <CheckboxGroup
        name="scopes"
        label={columns.scopes}
        initial={former?.scopes ?? leastScopes}
        options={clientScopes}
        hints={scopes}
      />
    </ActForm>
  );
}

export const toTermsColumns = (
  words: Readonly<Record<'scopes' | 'perMinute' | 'perDay', string>>,
  number: (value: number) => string,
): readonly Column<Application>[] => [
  { id: 'scopes', heading: words.scopes, cell: ({ scopes }) => scopes.join(', ') },
  { id: 'perMinute', heading: words.perMinute, isNumber: true, cell: ({ perMinute }) => number(perMinute) },
  { id: 'perDay', heading: words.perDay, isNumber: true, cell: ({ perDay }) => number(perDay) },
];
