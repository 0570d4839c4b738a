import { z } from 'zod';
import { instantReply } from '../../core/instant.js';
import { places, type ToDoCode, toDoUrgency } from '../../core/to-do-codes.js';

const light = z.enum(['ok', 'warn', 'fail']);
const toDoCodes = Object.keys(toDoUrgency).filter((code): code is ToDoCode => code in toDoUrgency);

const fixReply = z.object({ step: z.string(), pushSecrets: z.boolean() }).nullable();

export const doctorReply = z.object({
  doctor: z.object({
    isUnderWay: z.boolean(),
    progress: z
      .object({
        connection: z.string().describe('Connection that is being checked.'),
        checks: z.int(),
        done: z.int().describe('Number of finished checks.'),
        users: z.int().describe('Number of users read so far at the provider.'),
        formerUsers: z.int().nullable().describe('Number of users at the last check; `null` if it is unknown.'),
      })
      .nullable(),
    by: z.string().nullable(),
    startedAt: instantReply.nullable(),
    connections: z.array(
      z.object({
        connection: z.string(),
        examinedAt: instantReply.nullable(),
        light: light
          .nullable()
          .describe(
            'The worst severity of the findings that are not accepted; `null` if the connection was not checked within a week.',
          ),
        findings: z.array(
          z.object({
            title: z.string(),
            light: z.enum(['ok', 'warn', 'fail', 'by_hand', 'skipped']),
            found: z.string(),
            remedy: z.string().nullable(),
            cause: z.string().nullable().describe('Title of the finding that prevented this check.'),
            fix: fixReply.describe(
              'Fields of the apply call that fixes the problem; `null` if a person has to fix it.',
            ),
            since: instantReply
              .nullable()
              .describe('Time of the first check with this finding; `null` if it passed, or if it is unknown.'),
            accepted: z
              .object({ until: instantReply, reason: z.string(), by: z.string() })
              .nullable()
              .describe('For a known limit, until when, why and by whom it was accepted.'),
          }),
        ),
      }),
    ),
  }),
});
export type DoctorReply = z.output<typeof doctorReply>;

export const toDoReply = z.object({
  items: z.array(
    z.object({
      code: z.enum(toDoCodes),
      urgency: z.enum(['now', 'soon']),
      words: z.string(),
      connection: z.string().nullable().describe('`null` if the task concerns the server.'),
      about: z
        .string()
        .nullable()
        .describe('Name of the administrator, application or failing check; `null` if there is none.'),
      since: instantReply.nullable().describe('For a failing check, when it was first found.'),
      count: z.int().describe('Number of open requests; 1 for other tasks.'),
      where: z.enum(places),
    }),
  ),
  lights: z.array(z.object({ connection: z.string(), light: light.nullable(), examinedAt: instantReply.nullable() })),
});
export type ToDoReply = z.output<typeof toDoReply>;
