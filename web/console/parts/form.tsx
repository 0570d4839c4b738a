import { type ReactNode, useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FieldError } from 'react-aria-components/FieldError';
import { Form } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { toRefusal } from '../frame/acting.js';
import type { Refusal } from '../frame/call.js';
import { useWords } from '../frame/words.js';
import { Problem } from './state.js';

/** A form that cannot be submitted again while `onSubmit` runs. Errors of `onSubmit` are shown below the fields. */
export function ActForm({
  submit,
  onSubmit,
  onEdit,
  children,
}: {
  readonly submit: string;
  readonly onSubmit: (fields: FormData) => Promise<void>;
  readonly onEdit?: (fields: FormData) => void;
  readonly children?: ReactNode;
}) {
  const { working } = useWords();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isBusy) return;
        const form = event.currentTarget;
        setBusy(true);
        setRefusal(null);
        onSubmit(new FormData(form))
          .then(
            () => form.reset(),
            (thrown: unknown) => setRefusal(toRefusal(thrown)),
          )
          .finally(() => setBusy(false));
      }}
    >
      <div
        onInput={({ currentTarget }) => {
          const form = currentTarget.closest('form');
          if (form !== null) onEdit?.(new FormData(form));
        }}
      >
        {children}
      </div>
      {refusal !== null && <Problem refusal={refusal} />}
      <Button className="button plain" type="submit" data-busy={isBusy}>
        {isBusy ? working : submit}
      </Button>
    </Form>
  );
}

export function Field({
  name,
  label,
  hint,
  type = 'text',
  isRequired = false,
  initial,
  ...checks
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'password' | 'number' | 'search' | 'email' | 'url' | 'date';
  readonly isRequired?: boolean;
  readonly initial?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
}) {
  const { min, max, ...others } = checks;
  return (
    <TextField
      className="field"
      {...{ name, type, isRequired, ...others }}
      {...(initial === undefined ? {} : { defaultValue: initial })}
      autoComplete="off"
    >
      <Label>{label}</Label>
      {hint !== undefined && (
        <Text slot="description" className="soft fine">
          {hint}
        </Text>
      )}
      <Input min={min} max={max} autoCapitalize="none" spellCheck={false} dir="auto" />
      <FieldError className="wrong" />
    </TextField>
  );
}

export function LongField({
  name,
  label,
  hint,
  isRequired = false,
  initial,
  maxLength,
  rows = 4,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly isRequired?: boolean;
  readonly initial?: string;
  readonly maxLength: number;
  readonly rows?: number;
}) {
  return (
    <TextField
      className="field"
      {...{ name, isRequired, maxLength }}
      {...(initial === undefined ? {} : { defaultValue: initial })}
      autoComplete="off"
    >
      <Label>{label}</Label>
      {hint !== undefined && (
        <Text slot="description" className="soft fine">
          {hint}
        </Text>
      )}
      <TextArea rows={rows} dir="auto" />
      <FieldError className="wrong" />
    </TextField>
  );
}

export function FileField({
  name,
  label,
  hint,
  accept,
  isRequired = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly accept: string;
  readonly isRequired?: boolean;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span id={`${id}-hint`} className="soft fine">
        {hint}
      </span>
      <input {...{ id, name, accept }} type="file" required={isRequired} aria-describedby={`${id}-hint`} />
    </div>
  );
}

export function Choice<Value extends string>({
  name,
  label,
  hint,
  options,
  initial,
  onChoose,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly initial?: Value;
  readonly onChoose?: (value: Value) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="soft fine">
          {hint}
        </span>
      )}
      <select
        id={id}
        name={name}
        defaultValue={initial}
        onChange={({ target }) => {
          const chosen = options.find(({ value }) => value === target.value);
          if (chosen !== undefined) onChoose?.(chosen.value);
        }}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Checkboxes for several options, which `fields.getAll(name)` lists. */
export function Ticks({
  name,
  label,
  options,
  initial,
}: {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly initial: readonly string[];
}) {
  return (
    <fieldset className="field">
      <legend>{label}</legend>
      {options.map(({ value, label: text }) => (
        <label key={value} className="tick">
          <input type="checkbox" name={name} value={value} defaultChecked={initial.includes(value)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
