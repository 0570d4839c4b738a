import { type ReactNode, useId, useState } from 'react';
import { useWords } from '../frame/words.js';
import { TextInput } from './form.js';
import { QuietButton } from './state.js';

export function ShownOnce({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}) {
  const id = useId();
  return (
    <div className="note good" role="status">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="secret" readOnly value={value} dir="ltr" onFocus={({ target }) => target.select()} />
      <p>{note}</p>
      <CopyButton value={value} />
    </div>
  );
}

export const Lines = ({ label, text }: { readonly label: string; readonly text: string }) => (
  <figure className="lines">
    <figcaption>{label}</figcaption>
    <pre dir="ltr">{text}</pre>
    <CopyButton value={text} />
  </figure>
);

export function CopyButton({ value }: { readonly value: string }) {
  const { copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <QuietButton
      onPress={() =>
        void navigator.clipboard.writeText(value).then(
          () => setCopied(true),
          () => {},
        )
      }
    >
      {isCopied ? copied : copy}
    </QuietButton>
  );
}

/** Returns 32 random bytes in base64. */
export const makeSecret = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));

/** A field with a random secret, which can be copied before it is saved. */
export function NewSecretField(field: { readonly name: string; readonly label: ReactNode; readonly hint: ReactNode }) {
  const [value, setValue] = useState(makeSecret);
  return (
    <>
      <TextInput {...field} className="secret" value={value} onText={setValue} required maxLength={16_384} dir="ltr" />
      <CopyButton value={value} />
    </>
  );
}
