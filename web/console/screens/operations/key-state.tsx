import { Told } from '../../parts/told.js';
import type { OperationsWords } from './messages/en.js';
import { useTexts } from './texts.js';

export function KeyState({
  state,
  problem,
}: {
  readonly state: Exclude<keyof OperationsWords['keys']['state'], 'broken'>;
  readonly problem: string | null;
}) {
  const words = useTexts().keys;
  if (problem === null) return words.state[state];
  return (
    <div>
      <b>{words.state.broken}</b>
      <p>
        <Told>{problem}</Told>
      </p>
    </div>
  );
}
