import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { callServer } from '../../cli/call-server.js';
import type { CliDeps } from '../../cli/deps.js';
import { findServerConnection } from '../../cli/find-connection.js';
import { parsing, wholeNumber } from '../../cli/parse-option.js';
import { printRows, toPrintable } from '../../cli/table.js';
import { type RulesReply, type RuleTestReply, rulesReply, ruleTestReply } from '../../connections/rule-replies.js';
import { deviceKinds } from '../../core/rules/rule.js';

const addressGuard = z.union([z.ipv4(), z.ipv6()]);

export const createPolicyCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('policy')
    .summary('show the rules for sign-ins, or find the rule for one sign-in')
    .description('Calls the running server. The rules are those that are active there.')
    .addCommand(
      new Command('rules')
        .summary('show the rules with their effect')
        .description('Shows the rules in the order in which they are evaluated, and how many sign-ins each decided.')
        .argument('[connection]', 'id of the connection; may be left out if there is only one')
        .option('--days <days>', 'count the last DAYS days', wholeNumber(1, 365, 'days'), 30)
        .action(async (given, { days }) => {
          const { id } = await findServerConnection(given, deps);
          const found = await callServer('GET /connections/:id/rules', rulesReply, deps, { id, days });
          if (!deps.printJson({ connection: id, ...found })) printRules(id, found, deps);
        }),
    )
    .addCommand(
      new Command('test')
        .summary('find the rule for one sign-in')
        .description('Evaluates the active rules as at a sign-in, and explains each condition. Nothing is recorded.')
        .argument('[connection]', 'id of the connection; may be left out if there is only one')
        .requiredOption('--user <user>', 'sign-in name or id of the user')
        .option('--app <id>', 'id of the application or OpenID client')
        .option('--address <address>', 'IP address of the user', parsing(addressGuard, 'Expected an IP address.'))
        .addOption(new Option('--device <kind>', 'kind of the user’s device').choices(deviceKinds))
        .option('--new-browser', 'as an OpenID client, in a browser in which the user has not passed a check')
        .option('--before-first-factor', 'as a hook that the provider calls before the first factor')
        .action(async (given, { user, app, address, device, newBrowser, beforeFirstFactor = false }) => {
          const { id } = await findServerConnection(given, deps);
          const asked = { id, user, application: app, address, device, newBrowser, firstFactor: !beforeFirstFactor };
          const found = await callServer('POST /connections/:id/rules/test', ruleTestReply, deps, asked);
          if (!deps.printJson({ connection: id, ...found })) printTest(id, found, deps);
        }),
    );

const toConditions = (when: RulesReply['rules'][number]['when']): string =>
  Object.entries(when)
    .map(([name, values]) => `${name}: ${values.join(', ')}`)
    .join('; ') || 'every sign-in';

function printRules(id: string, { rules, mode, since }: RulesReply, deps: CliDeps): void {
  if (rules.length === 0) {
    deps.print(toPrintable(`${id}: no rules. The policy decides every sign-in (${mode}).`));
    return;
  }
  printRows(rules, deps, {
    rule: 'name',
    when: ({ when }) => toConditions(when),
    outcome: 'outcome',
    mode: 'mode',
    'sign-ins': ({ effect }) => effect.signIns,
    people: ({ effect }) => effect.people,
    refused: ({ effect }) => effect.refused,
    'people refused': ({ effect }) => effect.peopleRefused,
  });
  deps.print(
    `The policy decides the other sign-ins (${mode}). Counted since ${since}, from the audit trail of this server.`,
  );
  if (rules.some((rule) => rule.mode === 'shadow'))
    deps.print('A rule in shadow mode decides nothing. Its numbers are what it would have decided.');
}

const outcomes = {
  none: 'no face check is needed',
  face: 'a face check is needed',
  deny: 'refused',
  unknown: 'refused, because a condition cannot be evaluated',
} as const;

function printTest(id: string, { subject, rules, outcome, rule, mode, watched }: RuleTestReply, deps: CliDeps): void {
  const by = rule === null ? 'the policy' : `rule "${rule}"`;
  const shadowed = mode === 'shadow' ? ', and shadow mode refuses no one' : '';
  deps.print(toPrintable(`${id}, user ${subject}: ${outcomes[outcome]}, by ${by}${shadowed}`));
  if (watched !== null)
    deps.print(toPrintable(`Rule "${watched.rule}" in shadow mode would decide: ${outcomes[watched.outcome]}`));
  if (rules.length === 0) return;
  printRows(rules, deps, {
    rule: 'name',
    mode: 'mode',
    matches: ({ match }) => words[match],
    conditions: ({ conditions }) => conditions.map((each) => `${each.name}: ${words[each.truth]}`).join('; '),
  });
}

const words = { true: 'yes', false: 'no', unknown: 'not known' } as const;
