import { Lines } from '../../parts/shown-once.js';
import { type Connection, useTexts } from './requests.js';

interface Fields {
  readonly [name: string]: Fields | string;
}

const put = (fields: Fields, [name = '', ...rest]: readonly string[], value: Fields | string): Fields => {
  const inner = fields[name];
  return { ...fields, [name]: rest.length === 0 ? value : put(typeof inner === 'object' ? inner : {}, rest, value) };
};

/** Formats settings as lines of the configuration file, where `policy.mode` is nested. */
export function toConfigurationLines(settings: readonly (readonly [path: string, value: Fields | string])[]): string {
  const whole = settings.reduce<Fields>((fields, [path, value]) => put(fields, path.split('.'), value), {});
  const lines = JSON.stringify(whole, null, 2).split('\n').slice(1, -1);
  return lines.map((line) => line.slice(2)).join('\n');
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
