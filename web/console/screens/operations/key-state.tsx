import { Told } from '../../parts/told.js';
import type { OperationsWords } from './messages/operations-words.js';

export function KeyState({
  words,
  state,
  problem,
}: {
  readonly words: OperationsWords['keys'];
  readonly state: Exclude<keyof OperationsWords['keys']['state'], 'broken'>;
  readonly problem: string | null;
}) {
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
