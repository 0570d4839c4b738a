import { Lines } from '../../parts/shown-once.js';
import { type Connection, useTexts } from './requests.js';

/** Formats settings as lines of the configuration file, where `policy.mode` is nested. */
export function toConfigurationLines(
  settings: readonly (readonly [path: string, value: string | Readonly<Record<string, string>>])[],
): string {
  interface Nested {
    [name: string]: Nested | string;
  }
  const whole: Nested = {};
  for (const [path, value] of settings) {
    const names = path.split('.');
    const last = names.pop() ?? path;
    let at = whole;
    for (const name of names) {
      const inner = at[name];
      const next: Nested = typeof inner === 'object' ? inner : {};
      at[name] = next;
      at = next;
    }
    at[last] = typeof value === 'string' ? value : { ...value };
  }
  return JSON.stringify(whole, null, 2)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(2))
    .join('\n');
}

export function ModeInFile({ connection: { id, mode } }: { readonly connection: Connection }) {
  const { configurationFile: named } = useTexts();
  if (mode.inForce === mode.file) return null;
  return (
    <div className="note warn">
      <p>
        {named.differs({ mode: mode.file })} {named.intro({ id })}
      </p>
      <Lines label={named.line} text={toConfigurationLines([['policy.mode', mode.inForce]])} />
    </div>
  );
}
