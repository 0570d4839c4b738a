import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useWords } from '../frame/words.js';

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

function CopyButton({ value }: { readonly value: string }) {
  const { copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      className="button quiet"
      onPress={() =>
        void navigator.clipboard.writeText(value).then(
          () => setCopied(true),
          () => {},
        )
      }
    >
      {isCopied ? copied : copy}
    </Button>
  );
}
