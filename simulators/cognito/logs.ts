import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createProtocol, isSigned, ServiceError } from '../aws.js';

export interface LogEvent {
  readonly eventId: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export type LogsService = ReturnType<typeof createLogsService>;

export const logGroupOf = (arn: string): string => `/aws/lambda/${/:function:([^:]+)/.exec(arn)?.[1] ?? ''}`;

const askedGuard = z.object({
  logGroupName: z.string().regex(/^[\w./#-]{1,512}$/),
  // The only pattern that is simulated.
  filterPattern: z.literal('{ $.message = "decision" }'),
  startTime: z.int().min(0),
  endTime: z.int().min(0),
  nextToken: z.string().optional(),
});

/**
 * Creates CloudWatch logs by group, with the call FilterLogEvents.
 * @param isDeployed - returns true for a group that exists without events
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export function createLogsService(now: () => number, isDeployed: (group: string) => boolean) {
  const groups = new Map<string, LogEvent[]>();
  const logs = {
    groups,
    /** True if callers may read logs (`logs:FilterLogEvents`). */
    isReadable: true,
    /** Number of events on a page. */
    pageSize: 10_000,
    /** Number of pages without events before the first event. */
    emptyPages: 0,
    calls: 0,
    /** @param timestamp - time of the event, if it arrives late */
    write(group: string, message: string, timestamp = now()): LogEvent {
      const eventId = randomUUID();
      const event = { eventId, logStreamName: '2026/11/28/[$LATEST]0', timestamp, ingestionTime: now(), message };
      groups.set(group, [...(groups.get(group) ?? []), event]);
      return event;
    },
    filter(body: unknown): object {
      const { logGroupName, startTime, endTime, nextToken } = askedGuard.parse(body);
      logs.calls += 1;
      if (!logs.isReadable)
        throw new ServiceError('AccessDeniedException', 'User is not authorized to perform: logs:FilterLogEvents');
      const group = groups.get(logGroupName) ?? [];
      if (group.length === 0 && !isDeployed(logGroupName))
        throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
      const found = group
        // Cut lines match too, which AWS does not promise to leave out.
        .filter(({ message }) => message.includes('"message":"decision"'))
        .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
        .toSorted((a, b) => a.timestamp - b.timestamp);
      const at = nextToken === undefined ? -logs.emptyPages * logs.pageSize : Number(nextToken);
      const next = at + logs.pageSize;
      const page = at < 0 ? [] : found.slice(at, next);
      const isLast = at >= 0 && next >= found.length;
      return { events: page, searchedLogStreams: [], ...(isLast ? {} : { nextToken: String(next) }) };
    },
  };
  return logs;
}

export const logsTarget = 'Logs_20140328';

export const createLogsProtocol = (logs: LogsService, region: string, now: () => number) =>
  createProtocol(logsTarget, now, async (operation, body, request) => {
    if (!isSigned(request, region, 'logs'))
      throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    if (operation !== 'FilterLogEvents') throw new ServiceError('UnknownOperationException', 'Unknown operation');
    return logs.filter(body);
  });
