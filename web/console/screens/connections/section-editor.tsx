import { Suspense, useState } from 'react';
import type { EditableSection, SettingSchema } from '../../../../src/drafts/replies.js';
import { ActForm, Field } from '../../parts/form.js';
import { SettingsForm, type Values } from '../../parts/settings-form.js';
import { QuietButton } from '../../parts/state.js';
import { useTexts } from './requests.js';

/** Settings that are shown at once. */
const open: Readonly<Partial<Record<EditableSection, readonly string[]>>> = {
  policy: ['mode', 'liveness', 'freshnessSec', 'photo', 'fallbackUrl', 'anotherWay', 'rules', 'networks'],
  oidc: ['clients'],
  me: ['faceCheck', 'signIn'],
  recovery: ['mode', 'secondThings'],
  server: ['publicUrl', 'delivery', 'webhooks'],
};

/** Edits one section of the draft, by a form or as JSON. */
export function SectionEditor({
  schema,
  section,
  connection,
  text,
  onSave,
}: {
  readonly schema: SettingSchema;
  readonly section: EditableSection;
  readonly connection: string;
  /** The section in the draft, or else in the file. `null` if it is in neither. */
  readonly text: string | null;
  readonly onSave: (settings: string) => Promise<void>;
}) {
  const { draft: words } = useTexts();
  const [isJson, setJson] = useState(false);
  const [saved, setSaved] = useState(0);
  // If another owner changes the draft, the own changes remain.
  const [changes, setChanges] = useState<Values>({});
  const current: Values = JSON.parse(text ?? '{}');
  const values = { ...current, ...changes };
  return (
    <section aria-label={words.sections[section]} className="settings">
      <h3>{words.sections[section]}</h3>
      {text === null && <p>{words.absent}</p>}
      <p>
        <QuietButton onPress={() => setJson(!isJson)}>{isJson ? words.views.form : words.views.json}</QuietButton>
      </p>
      <ActForm
        key={saved}
        submit={words.save[section]}
        onSubmit={async (fields) => {
          await onSave(isJson ? String(fields.get('settings')) : JSON.stringify(values));
          setChanges({});
          setSaved(saved + 1);
        }}
      >
        {isJson ? (
          <Field
            name="settings"
            label={words.sections[section]}
            hint={words.hint}
            rows={14}
            initial={JSON.stringify(values, null, 2)}
          />
        ) : (
          <Suspense>
            <SettingsForm
              schema={schema}
              section={section}
              values={values}
              open={open[section] ?? []}
              connection={connection}
              onChange={(change) => setChanges((others) => ({ ...others, ...change }))}
            />
          </Suspense>
        )}
      </ActForm>
    </section>
  );
}
