import { type ComponentProps, type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { Button } from 'react-aria-components/Button';
import { FieldError } from 'react-aria-components/FieldError';
import { Form } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { isLanguage, type Language, languages } from '../../../src/core/base/languages.js';
import { useAction } from '../frame/acting.js';
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
  const { isBusy, refusal, run } = useAction();
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        if (!isBusy) void run(() => onSubmit(new FormData(form)).then(() => form.reset()));
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
      {/* If the focus left a field, the error of that field would appear or disappear and move the button away from a press. */}
      <Button className="button plain" type="submit" preventFocusOnPress data-busy={isBusy}>
        {isBusy ? working : submit}
      </Button>
    </Form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: ReactNode;
  readonly hint?: ReactNode;
}

/** @param props.rows - lines of a long text; by default, the field has one line */
export function Field({
  label,
  hint,
  initial,
  min,
  max,
  rows,
  list,
  ...field
}: FieldProps & {
  readonly type?: 'text' | 'password' | 'number' | 'search' | 'email' | 'url' | 'date';
  readonly isRequired?: boolean;
  readonly initial?: string | undefined;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly rows?: number;
  /** Id of a `datalist`, whose options the browser suggests. */
  readonly list?: string;
}) {
  return (
    <TextField className="field" {...field} defaultValue={initial ?? ''} autoComplete="off">
      <Label>{label}</Label>
      {hint !== undefined && (
        <Text slot="description" className="soft fine">
          {hint}
        </Text>
      )}
      {rows === undefined ? (
        <Input min={min} max={max} list={list} autoCapitalize="none" spellCheck={false} dir="auto" />
      ) : (
        <TextArea rows={rows} dir="auto" />
      )}
      <FieldError className="wrong" />
    </TextField>
  );
}

export const NumberField = ({
  initial,
  ...field
}: FieldProps & { readonly min: number; readonly max: number; readonly initial: number }) => (
  <Field type="number" isRequired initial={String(initial)} {...field} />
);

/** Label and hint of an element that is not a text field. */
export function Labeled({
  label,
  hint,
  children,
}: Omit<FieldProps, 'name'> & {
  readonly children: (attributes: { readonly id: string; readonly 'aria-describedby'?: string }) => ReactNode;
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
      {children(hint === undefined ? { id } : { id, 'aria-describedby': `${id}-hint` })}
    </div>
  );
}

/** A text field whose value the caller holds. */
export const TextInput = ({
  label,
  hint,
  onText,
  ...input
}: Omit<FieldProps, 'name'> &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & { readonly onText: (text: string) => void }) => (
  <Labeled label={label} hint={hint}>
    {(attributes) => (
      <input
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        {...attributes}
        {...input}
        onChange={({ target }) => onText(target.value)}
      />
    )}
  </Labeled>
);

export const FileField = ({
  label,
  hint,
  ...input
}: FieldProps & { readonly accept: string; readonly required?: boolean }) => (
  <Labeled label={label} hint={hint}>
    {(attributes) => <input {...attributes} {...input} type="file" />}
  </Labeled>
);

/** Creates options with the texts of the same names. */
export const toOptions = <Value extends string>(labels: Readonly<Record<Value, string>>, values: readonly Value[]) =>
  values.map((value) => ({ value, label: labels[value] }));

export const languageOptions = Object.keys(languages)
  .filter(isLanguage)
  .map((value) => ({ value, label: languages[value], lang: value }));

/** @param props.choose - text of an empty first option, which cannot be submitted; by default, the first option is selected */
export const Select = <Value extends string>({
  name,
  options,
  initial,
  choose,
  onChoose,
  ...field
}: FieldProps & {
  readonly options: readonly { readonly value: Value; readonly label: string; readonly lang?: string }[];
  readonly initial?: Value;
  readonly choose?: string;
  readonly onChoose?: (value: Value) => void;
}) => (
  <Labeled {...field}>
    {(attributes) => (
      <select
        {...attributes}
        name={name}
        defaultValue={initial}
        required={choose !== undefined}
        onChange={({ target }) => {
          const chosen = options.find(({ value }) => value === target.value);
          if (chosen !== undefined) onChoose?.(chosen.value);
        }}
      >
        {choose !== undefined && <option value="">{choose}</option>}
        {options.map(({ label, ...option }) => (
          <option key={option.value} {...option}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Labeled>
);

export const LanguageSelect = (
  props: Omit<ComponentProps<typeof Select<Language>>, 'name' | 'options'> & { readonly name?: string },
) => <Select name="language" options={languageOptions} {...props} />;

/**
 * Checkboxes for several options, which `fields.getAll(name)` lists.
 * @param hints - one line for each option
 */
export const CheckboxGroup = ({
  name,
  label,
  options,
  hints,
  initial,
}: FieldProps & {
  readonly options: readonly string[];
  readonly hints: Readonly<Partial<Record<string, string>>>;
  readonly initial: readonly string[];
}) => (
  <fieldset className="field">
    <legend>{label}</legend>
    {options.map((value) => (
      <label key={value} className="tick">
        <input type="checkbox" name={name} value={value} defaultChecked={initial.includes(value)} />
        <span>
          <code>{value}</code> <span className="soft">{hints[value]}</span>
        </span>
      </label>
    ))}
  </fieldset>
);
