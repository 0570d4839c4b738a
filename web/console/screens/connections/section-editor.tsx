import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { EditableSection, SettingSchema } from '../../../../src/drafts/replies.js';
import type { Json } from '../../../../src/errors.js';
import { useAction } from '../../frame/acting.js';
import { useWords } from '../../frame/words.js';
import { ActForm, Field } from '../../parts/form.js';
import { type Fields, isFields, SettingsForm } from '../../parts/settings-form.js';
import { Problem, QuietButton } from '../../parts/state.js';
import { useTexts } from './requests.js';

/** Settings that are shown at once. */
const open: Readonly<Record<EditableSection, readonly string[]>> = {
  policy: ['mode', 'liveness', 'freshnessSec', 'photo', 'fallbackUrl', 'anotherWay', 'rules', 'networks'],
  oidc: ['clients'],
  server: ['publicUrl', 'delivery', 'webhooks'],
};

function parse(text: string): Fields {
  const parsed: Json = JSON.parse(text);
  return isFields(parsed) ? parsed : {};
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Returns what another owner stated, with the own changes since `base`. */
function merge(base: Fields, own: Fields, other: Fields): Fields {
  const names = [...new Set([...Object.keys(other), ...Object.keys(own)])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = isSame(own[name], base[name]) ? other[name] : own[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

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
  /** The section in the draft, or else in the file. */
  readonly text: string;
  readonly onSave: (settings: string) => Promise<void>;
}) {
  const { draft: words } = useTexts();
  const { working } = useWords();
  const { isBusy, refusal, run } = useAction();
  const [isJson, setJson] = useState(false);
  const [saved, setSaved] = useState(0);
  const [edited, setEdited] = useState<{ readonly base: Fields; readonly own: Fields } | null>(null);
  const current = parse(text);
  const value = edited === null ? current : merge(edited.base, edited.own, current);
  const save = async (settings: string): Promise<void> => {
    await onSave(settings);
    setEdited(null);
    setSaved((count) => count + 1);
  };
  return (
    <section aria-label={words.sections[section]}>
      <h3>{words.sections[section]}</h3>
      <p>
        <QuietButton onPress={() => setJson(!isJson)}>{isJson ? words.views.form : words.views.json}</QuietButton>
      </p>
      {isJson ? (
        <ActForm key={saved} submit={words.save[section]} onSubmit={(fields) => save(String(fields.get('settings')))}>
          <Field
            name="settings"
            label={words.sections[section]}
            hint={words.hint}
            rows={14}
            initial={JSON.stringify(value, null, 2)}
          />
        </ActForm>
      ) : (
        <div className="form settings">
          <SettingsForm
            key={saved}
            schema={schema}
            value={value}
            open={open[section]}
            connection={connection}
            onChange={(own) => setEdited({ base: current, own })}
          />
          {refusal !== null && <Problem refusal={refusal} />}
          <Button
            className="button plain"
            data-busy={isBusy}
            onPress={() => {
              if (!isBusy) void run(() => save(JSON.stringify(value)));
            }}
          >
            {isBusy ? working : words.save[section]}
          </Button>
        </div>
      )}
    </section>
  );
}
