import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useWords } from '../frame/words.js';

/** A secret, or a link, that is shown this once: to be copied. */
export function ShownOnce({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}) {
  const { copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  return (
    <div className="note good" role="status">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="secret" readOnly value={value} dir="ltr" onFocus={({ target }) => target.select()} />
      <p>{note}</p>
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
    </div>
  );
}
