import { writeFile } from 'node:fs/promises';
import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { callServer, readPages } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { readGivenFile } from '../../cli/named-file.js';
import { wholeNumber } from '../../cli/parse-option.js';
import { createActions, createServerCommand } from '../../cli/server-command.js';
import { printRows, toPrintable } from '../../cli/table.js';
import { supportedLanguages } from '../../core/language.js';
import { invitationKinds } from '../../notifications/email/invitation.js';
import { personStates, retryable } from './person.js';
import {
  type CampaignPeopleReply,
  type CampaignReply,
  campaignPeopleReply,
  campaignsReply,
  oneCampaignReply,
  previewReply,
} from './replies.js';

const parseDays = wholeNumber(1, 30, 'days');

export function createCampaignCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling } = createActions(deps);
  const { command, add } = createServerCommand('campaign', 'run an enrolment campaign');
  const printCampaign = (campaign: CampaignReply): void => toLines(campaign).forEach(deps.print);
  const printChanged = ({ campaign }: { readonly campaign: CampaignReply }): void => {
    if (!deps.printJson(campaign)) printCampaign(campaign);
  };

  add('plan', 'plan a campaign for a group or a CSV file; nothing is sent')
    .argument('<connection>', 'id of the connection in the configuration')
    .option('--group <group>', 'id or name of a group at the provider')
    .option('--file <file>', 'CSV file with the column login, and optionally email, name and language')
    .requiredOption('--name <name>', 'name of the campaign')
    .addOption(new Option('--language <language>', 'language of the e-mails').choices(supportedLanguages).default('en'))
    .option('--link-days <days>', 'lifetime of a link in days, up to 30', parseDays, 14)
    .option('--reminder-days <days>', 'days between an e-mail and the next reminder, up to 30', parseDays, 7)
    .option('--reminders <count>', 'maximum number of reminders, up to 5', wholeNumber(0, 5), 2)
    .action(
      calling(
        'POST /campaigns',
        oneCampaignReply,
        (planned) => {
          printChanged(planned);
          deps.printError(
            'The plan is made in the background: facestep campaign status shows it. Nothing is sent yet.',
          );
        },
        async ({ file, ...fields }) => {
          if ((fields.group === undefined) === (file === undefined))
            throw new UsageError('pass either --group or --file');
          const people = typeof file === 'string' ? (await readGivenFile(file)).toString('base64') : undefined;
          return { ...fields, people };
        },
      ),
    );
  add('preview <campaign>', 'preview an e-mail')
    .addOption(new Option('--kind <kind>').choices(invitationKinds).default('invitation'))
    .addOption(new Option('--language <language>').choices(supportedLanguages).default('en'))
    .option('--html <file>', 'write the HTML to a file')
    .action(async (campaign, { kind, language, html: file }) => {
      const letter = await callServer('POST /campaigns/preview', previewReply, deps, { campaign, kind, language });
      deps.print(toPrintable(letter.subject));
      deps.print('');
      for (const line of letter.text.split('\n')) deps.print(toPrintable(line));
      if (file !== undefined) await writeFile(file, letter.html);
    });
  add('status', 'show the status of one campaign or of all')
    .argument('[campaign]')
    .addOption(new Option('--state <state>', 'also list the people in this state').choices(personStates))
    .action(async (id, { state }) => {
      if (id === undefined) {
        const { campaigns } = await callServer('GET /campaigns', campaignsReply, deps);
        if (!deps.printJson(campaigns)) for (const campaign of campaigns) printCampaign(campaign);
        return;
      }
      const { campaign } = await callServer('GET /campaigns/:id', oneCampaignReply, deps, { id });
      if (state === undefined) {
        if (!deps.printJson({ campaign })) printCampaign(campaign);
        return;
      }
      const fields = { campaign: id, state, limit: 200 };
      const people: CampaignPeopleReply['people'] = [];
      for await (const page of readPages('GET /campaigns/people', () => fields, campaignPeopleReply, deps))
        people.push(...page.people);
      if (deps.printJson({ campaign, people })) return;
      printCampaign(campaign);
      printRows(people, deps, {
        line: ({ line }) => line ?? '',
        login: 'login',
        'e-mail': ({ email }) => email ?? '',
        state: (each) => toShown(each.state, campaign),
        reason: ({ reason }) => reason ?? '',
        [toShown('sent', campaign)]: ({ sentAt }) => sentAt ?? '',
      });
    });
  const changes = { start: 'start sending', stop: 'stop sending', remind: 'send a reminder now' } as const;
  for (const [what, description] of Object.entries(changes)) {
    add(`${what} <campaign>`, description).action(calling(`POST /campaigns/${what}`, oneCampaignReply, printChanged));
  }
  add('resume <campaign>', 'resume sending')
    .addOption(new Option('--again <states...>', 'send again to people in these states').choices(retryable).default([]))
    .action(calling('POST /campaigns/resume', oneCampaignReply, printChanged));
  return command;
}

/** Names a state of people, which is not “sent” if this server only writes e-mails to a file. */
const toShown = (state: string, { outbox }: CampaignReply): string =>
  state === 'sent' && outbox ? 'written' : state.replaceAll('_', ' ');

function toLines(campaign: CampaignReply): string[] {
  const { id, name, connection, group, state, problem, counts, leftOut, remarks, outbox } = campaign;
  const isGroupMissing = problem === 'not_found' && group !== null;
  const reason = isGroupMissing ? `${connection} has no group “${group}”, or several with this name` : problem;
  const toText = (numbers: Record<string, number>): string =>
    Object.entries(numbers)
      .map(([what, count]) => `${count.toLocaleString('en-US')} ${toShown(what, campaign)}`)
      .join(', ');
  return [
    toPrintable(`${id}  ${name} (${connection}): ${state}${problem === null ? '' : `, ${reason}`}`),
    `  ${toText(counts) || 'no one yet'}`,
    ...(outbox ? ['  No mail relay is set: e-mails are written to outbox.jsonl, and not sent.'] : []),
    ...(Object.keys(leftOut).length === 0 ? [] : [`  left out: ${toText(leftOut)}`]),
    ...(Object.keys(remarks).length === 0 ? [] : [`  replaced: ${toText(remarks)}`]),
  ];
}
