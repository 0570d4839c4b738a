import { type JSONPath, visit } from 'jsonc-parser';
import { type Problem, toConfigError, toDottedPath } from './problem.js';

/**
 * Parses JSON (RFC 8259). Duplicate names are refused as ambiguous.
 * @throws `config_invalid` with line and column, without the text
 */
export function parseJson(text: string, source: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  const repeated: Problem[] = [];
  const syntaxErrors: Problem[] = [];
  const namesOfOpenObjects: Set<string>[] = [];
  visit(
    json,
    {
      onObjectBegin: () => {
        namesOfOpenObjects.push(new Set());
      },
      onObjectProperty: (name, _offset, _length, _line, _column, pathOf: () => JSONPath) => {
        const names = namesOfOpenObjects.at(-1);
        if (names?.has(name)) repeated.push({ path: toDottedPath([...pathOf(), name]), reason: 'stands here twice' });
        names?.add(name);
      },
      onObjectEnd: () => {
        namesOfOpenObjects.pop();
      },
      onError: (_code, _offset, _length, line, column) => {
        syntaxErrors.push({ path: source, reason: `not JSON at line ${line + 1}, column ${column + 1}` });
      },
    },
    { disallowComments: true },
  );
  // Only the first error is reported, because later ones are unreliable.
  if (syntaxErrors.length > 0) throw toConfigError(syntaxErrors.slice(0, 1));
  if (repeated.length > 0) throw toConfigError(repeated);
  try {
    return JSON.parse(json);
  } catch {
    // The message is replaced, because it quotes the text, which may contain a secret.
    throw toConfigError([{ path: source, reason: 'not JSON' }]);
  }
}
