import { problemsOf } from '../config/problem.js';
import { framesOf } from '../core/base/frames.js';
import type { Json } from '../core/base/json.js';
import { findSystemReason, systemCodeOf } from '../core/base/system-error.js';
import { FaceError, toCode } from '../errors.js';
import { CommandError, commandRefusals } from './command-error.js';
import type { CliDeps } from './deps.js';
import { errorAdvice } from './error-advice.js';
import { toPrintable } from './printable.js';
import { UsageError } from './usage-error.js';

interface Failure {
  readonly code: string;
  readonly error: string;
  readonly facts: readonly string[];
  readonly fix: string;
}

export interface FailureOptions {
  readonly command: string | null;
  readonly asJson: boolean;
  readonly isVerbose: boolean;
  readonly paint: CliDeps['paint'];
}

/**
 * Returns lines that say what failed and what to do. Messages of libraries are omitted, because they may quote data.
 */
export function toFailureLines(error: unknown, { command, asJson, isVerbose, paint }: FailureOptions): string[] {
  const failure = describe(error, command);
  const { code, fix, facts } = failure;
  const details = isVerbose ? toDetails(error) : [];
  if (asJson)
    return [JSON.stringify({ ok: false, code, error: failure.error, facts, fix, ...(isVerbose ? { details } : {}) })];
  return [
    `${paint('red', 'Error:')} ${failure.error}${code === 'usage' ? '' : ` (${code})`}`,
    ...facts.map((fact) => `  ${toPrintable(fact)}`),
    `${paint('bold', 'Fix:')} ${fix}`,
    ...details.map((detail) => paint('dim', `  ${toPrintable(detail)}`)),
  ];
}

const systemFixes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop the program that listens there, or choose another port with PORT.',
  EACCES: 'Run the command as an account that may do this.',
  EPERM: 'Run the command as an account that may do this.',
  ENOSPC: 'Free space on the disk, then try again.',
  ENOENT: 'Check the path.',
};

function describe(error: unknown, command: string | null): Failure {
  const help = `Run “facestep ${command === null ? '' : `${command} `}--help”.`;
  if (error instanceof UsageError)
    return { code: 'usage', error: toSentence(error.message), facts: [], fix: error.fix ?? help };
  const reason = findSystemReason(error);
  if (error instanceof CommandError || error instanceof FaceError) {
    const advice = error instanceof CommandError ? commandRefusals[error.code].advice : errorAdvice[error.code];
    const problems = problemsOf(error).map(({ path, reason: why }) => `${path}: ${why}`);
    const facts = [...(problems.length > 0 ? problems : toFacts(error.detail)), ...(reason === null ? [] : [reason])];
    return { code: error.code, error: error.message, facts, fix: advice.replace(/^Administrators: (.)/, toUpper) };
  }
  const system = systemCodeOf(error);
  if (reason === null || system === null)
    return {
      code: toCode(error),
      error: 'Unexpected error.',
      facts: [],
      fix: 'Run it again with --verbose, and report what it prints.',
    };
  return { code: system, error: toSentence(reason), facts: [], fix: systemFixes[system] ?? help };
}

const toUpper = (_: string, first: string): string => first.toUpperCase();

/** Adds a full stop, and a capital letter unless the text begins with a name. */
const toSentence = (text: string): string =>
  `${text.replace(/^(?!facestep\b)[a-z](?=[a-z]* )/, (first) => first.toUpperCase())}${/[.!?]$/.test(text) ? '' : '.'}`;

/** Returns the texts, numbers and booleans of an error's detail, such as `url: http://127.0.0.1:8080`. */
const toFacts = (detail: Json): string[] =>
  typeof detail !== 'object' || detail === null
    ? detail === null
      ? []
      : [String(detail)]
    : Object.entries(detail).map(
        ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
      );

function toDetails(error: unknown): string[] {
  const cause = error instanceof Error && error.cause !== undefined ? toDetails(error.cause) : [];
  return [...framesOf(error).split(' | '), ...cause];
}
