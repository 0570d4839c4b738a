import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { isSigned, ServiceError } from '../../simulators/aws.js';
import { serveForTest } from './serve.js';

export type Trouble = 'none' | 'silent' | 'denied' | 'throttled' | 'opted_out' | 'broken';

export interface Published {
  readonly to: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const refusalOf: Readonly<Partial<Record<Trouble, () => ServiceError>>> = {
  denied: () => new ServiceError('AuthorizationError', 'not authorized to perform: SNS:Publish', 403),
  throttled: () => new ServiceError('Throttled', 'Rate exceeded', 429),
  opted_out: () => new ServiceError('OptedOut', 'the phone number +4915112345678 is opted out'),
  broken: () => new ServiceError('InternalError', 'internal', 500),
};

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** SNS accepts at most this many characters. */
const maxCharacters = 1600;

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export async function startSns(region = 'eu-central-1') {
  const published: Published[] = [];
  let calls = 0;
  let trouble: Trouble = 'none';

  const server = createServer((request, response) => {
    calls += 1;
    if (trouble === 'silent') return;
    text(request)
      .then((body) => {
        checkCall(request, region);
        const refusal = refusalOf[trouble]?.();
        if (refusal !== undefined) throw refusal;
        published.push(parsePublish(body));
        const result = `<PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult>`;
        reply(response, 200, `<PublishResponse xmlns="${namespace}">${result}${metadata()}</PublishResponse>`);
      })
      .catch((error: unknown) => {
        const known = error instanceof ServiceError ? error : new ServiceError('InternalError', 'internal', 500);
        const whose = known.status < 500 ? 'Sender' : 'Receiver';
        const told = `<Type>${whose}</Type><Code>${known.type}</Code><Message>${known.message}</Message>`;
        const xml = `<ErrorResponse xmlns="${namespace}"><Error>${told}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
        reply(response, known.status, xml);
      });
  });
  const { host, close } = await serveForTest(server);

  return {
    region,
    url: `http://${host}`,
    published,
    calls: (): number => calls,
    cause(next: Trouble): void {
      trouble = next;
    },
    close,
  };
}

const metadata = (): string => `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;

function checkCall(request: IncomingMessage, region: string): void {
  if (request.method !== 'POST') throw new ServiceError('InvalidAction', 'method');
  if (!/^application\/x-www-form-urlencoded(;|$)/.test(request.headers['content-type'] ?? ''))
    throw new ServiceError('MalformedQueryString', 'content type');
  if (!isSigned(request, region, 'sns'))
    throw new ServiceError('IncompleteSignature', 'the request is not signed for this service and region');
}

const attributeField = /^MessageAttributes\.entry\.(\d+)\.(Name|Value\.DataType|Value\.StringValue)$/;

function parsePublish(body: string): Published {
  const fields = new URLSearchParams(body);
  const { Action, Version, PhoneNumber: to = '', Message: message = '', ...rest } = Object.fromEntries(fields);
  if (Action !== 'Publish' || Version !== '2010-03-31') throw new ServiceError('InvalidAction', 'action or version');
  if (new Set(fields.keys()).size !== fields.size)
    throw new ServiceError('MalformedQueryString', 'a field comes twice');
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw new ServiceError('InvalidParameter', 'PhoneNumber is not in E.164');
  if (message === '' || message.length > maxCharacters) throw new ServiceError('InvalidParameter', 'Message');
  const entries = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(rest)) {
    const [, entry = '', part = ''] = attributeField.exec(name) ?? [];
    if (entry === '') throw new ServiceError('InvalidParameter', 'a field that Publish has not');
    entries.set(entry, { ...entries.get(entry), [part]: value });
  }
  const attributes = [...entries.values()].map((entry) => toAttribute(entry));
  return { to, text: message, attributes: Object.fromEntries(attributes) };
}

const shapes: Readonly<Record<string, RegExp>> = {
  'AWS.SNS.SMS.SMSType': /^(Transactional|Promotional)$/,
  'AWS.SNS.SMS.SenderID': /^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/,
};

function toAttribute(entry: Readonly<Record<string, string>>): readonly [string, string] {
  const { Name: name = '', 'Value.DataType': type, 'Value.StringValue': value = '' } = entry;
  if (type !== 'String' || shapes[name]?.test(value) !== true) throw new ServiceError('InvalidParameter', name);
  return [name, value];
}

function reply(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': randomUUID() });
  response.end(xml);
}
