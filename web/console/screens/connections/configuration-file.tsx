import { Lines } from '../../parts/shown-once.js';
import { type Connection, useTexts } from './requests.js';

export function ModeInFile({ connection: { id, mode } }: { readonly connection: Connection }) {
  const { configurationFile: named } = useTexts();
  if (mode.inForce === mode.file) return null;
  return (
    <div className="note warn">
      <p>
        {named.differs({ mode: mode.file })} {named.intro({ id })}
      </p>
      <Lines label={named.line} text={`"policy": {\n  "mode": "${mode.inForce}"\n}`} />
    </div>
  );
}
