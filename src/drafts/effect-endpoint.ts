import { z } from 'zod';
import type { WithOperations } from '../admin/operations/operations-context.js';
import { previewRuleEffects } from '../admin/operations/rule-effect.js';
import { createFindGroupIds } from '../connections/groups.js';
import type { Ports } from '../core/deps.js';
import { orderRules } from '../core/rules/evaluate.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { FaceError } from '../errors.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { loadDraft } from './change.js';
import { reading, revisionField } from './endpoints.js';
import { draftEffectReply, groupsReply } from './replies.js';

const days = 30;

export const createDraftEffectEndpoint = ({
  connections,
  directories,
  ledger,
  operations,
}: Ports<'connections' | 'directories' | 'ledger'> & WithOperations): Endpoint =>
  adminEndpoint({
    ...reading,
    path: '/configuration/draft/effect',
    summary: 'Preview the effect of the rules of a draft',
    description:
      'Evaluates the rules of the draft for the sign-ins of the last 30 days in the [log of decisions](../ledger.md) of all replicas, or for the last 100,000 lines of it, with the application, if it was recorded, and with the groups that users have now. It reads the groups of up to 300 users in up to 20 seconds, and changes nothing. Networks, devices and earlier checks of these sign-ins are not known.',
    codes: ['draft_changed', 'connection_unknown', 'config_invalid', 'configuration_read_only'],
    fields: z.strictObject({ revision: revisionField, connection: z.string().min(1).max(64) }),
    reply: draftEffectReply,
    async handle({ fields: { revision, connection: id } }) {
      const { setup } = await loadDraft(revision, operations);
      const policy = setup.connections.find((each) => each.id === id)?.policy;
      const profile = connections.get(id)?.profile;
      const openDirectory = directories.get(id);
      if (policy === undefined || profile === undefined || openDirectory === undefined)
        throw new FaceError('connection_unknown');
      const { clock } = operations;
      const since = addSec(clock.now(), -days * secondsPerDay);
      const findGroupIds = createFindGroupIds(openDirectory, operations);
      const asked = { connection: id, since, profile, findGroupIds };
      const found = await previewRuleEffects(policy, asked, { ledger, clock });
      return {
        ...found,
        rules: orderRules(policy.rules).flatMap(({ name, outcome, mode }) => {
          const effect = found.effects.get(name);
          return effect === undefined ? [] : [{ name, outcome, mode, ...effect }];
        }),
      };
    },
  });

export const createGroupsEndpoint = ({ directories }: Ports<'directories'>): Endpoint =>
  adminEndpoint({
    ...reading,
    path: '/configuration/groups',
    summary: 'Search the groups that a rule can name',
    description: 'Returns at most 20 groups of the provider whose name has the text.',
    codes: ['connection_unknown', 'profile_unavailable'],
    fields: z.strictObject({
      connection: z.string().min(1).max(64),
      text: z.string().trim().min(1).max(256).describe('A part of the name.'),
    }),
    reply: groupsReply,
    async handle({ fields: { connection, text } }) {
      const directory = await directories.get(connection)?.();
      if (directory === undefined) throw new FaceError('connection_unknown');
      return { groups: (await directory.searchGroups(text)).map(({ id, name }) => ({ id, name })) };
    },
  });
