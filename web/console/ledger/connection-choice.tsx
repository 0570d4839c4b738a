import { useLoaded } from '../frame/acting.js';
import { Select } from '../parts/form.js';
import { Problem } from '../parts/state.js';
import { countLines } from './requests.js';

export function ConnectionChoice({
  label,
  anyLabel,
  initial,
}: {
  readonly label: string;
  readonly anyLabel: string;
  readonly initial: string;
}) {
  const loaded = useLoaded(countLines);
  if (loaded.state === 'refused') return <Problem refusal={loaded.refusal} onAgain={loaded.reload} />;
  const known = loaded.value?.connections.map(({ connection }) => connection) ?? [initial];
  return (
    <Select
      key={loaded.state}
      name="connection"
      label={label}
      options={[
        { value: '', label: anyLabel },
        ...known.filter((id) => id !== '').map((value) => ({ value, label: value })),
      ]}
      initial={initial}
    />
  );
}
