import { ActForm, Field, Select } from '../../parts/form.js';
import { useTexts } from './requests.js';

const listConditions = ['groups', 'applications', 'networks'] as const;

const parseSettings = (text: string): Readonly<Record<string, unknown>> => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
};

/** Adds a rule, which is in shadow mode unless the form says otherwise, to the end of the rules of a policy. */
function addRule(policy: string, fields: FormData): string {
  const textOf = (name: string): string => String(fields.get(name) ?? '').trim();
  const when = listConditions.flatMap((name) => {
    const entries = textOf(name)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return entries.length === 0 ? [] : [[name, entries] as const];
  });
  const rule = {
    name: textOf('name'),
    when: Object.fromEntries(when),
    outcome: textOf('outcome'),
    mode: textOf('mode'),
    whenUnknown: when.length === 0 ? undefined : textOf('whenUnknown'),
  };
  const settings = parseSettings(policy);
  const rules: readonly unknown[] = Array.isArray(settings.rules) ? settings.rules : [];
  return JSON.stringify({ ...settings, rules: [...rules, rule] }, null, 2);
}

/** Asks for a rule. Other conditions and settings are added in the text of the policy. */
export function AddRule({
  policy,
  onSave,
}: {
  /** Text of the policy in the draft, or else in the file. */
  readonly policy: string;
  readonly onSave: (policy: string) => Promise<void>;
}) {
  const { rules: words, addRule: named, modeNames } = useTexts();
  return (
    <details>
      <summary>{named.heading}</summary>
      <ActForm submit={named.submit} onSubmit={(fields) => onSave(addRule(policy, fields))}>
        <Field name="name" label={words.columns.name} isRequired maxLength={60} />
        <p className="soft">{named.when}</p>
        {listConditions.map((name) => (
          <Field key={name} name={name} label={words.conditions[name]} hint={named.hints[name]} maxLength={2000} />
        ))}
        <Select
          name="outcome"
          label={words.columns.outcome}
          options={(['face', 'none', 'deny'] as const).map((value) => ({ value, label: words.outcomes[value] }))}
        />
        <Select
          name="mode"
          label={words.columns.mode}
          options={(['shadow', 'enforce'] as const).map((value) => ({ value, label: modeNames[value] }))}
        />
        <Select
          name="whenUnknown"
          label={named.whenUnknown}
          options={(['policy', 'deny'] as const).map((value) => ({ value, label: named.sides[value] }))}
        />
      </ActForm>
    </details>
  );
}
