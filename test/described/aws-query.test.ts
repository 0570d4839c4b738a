import * as snsSdk from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import type { Exchange } from '../../simulators/exchanges.js';
import { judgeAwsQueryCall } from './aws-query.js';

const service = { name: 'SNS', version: '2010-03-31', sdk: snsSdk };
const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

const asked = {
  Action: 'Publish',
  Version: '2010-03-31',
  PhoneNumber: '+4915112345678',
  Message: 'x',
  'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
  'MessageAttributes.entry.1.Value.DataType': 'String',
  'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
};
const answerOf = (result: string) =>
  `<PublishResponse xmlns="${namespace}"><PublishResult>${result}</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`;
const answered = answerOf('<MessageId>m</MessageId>');
const errorOf = (code: string, type = 'Sender') =>
  `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

function judge(fields: Readonly<Record<string, string>>, body: string, status = 200) {
  const exchange: Exchange = {
    ...{ method: 'POST', path: '/', query: new URLSearchParams() },
    request: { headers: {}, body: new URLSearchParams(fields).toString() },
    response: { status, headers: {}, body },
  };
  return judgeAwsQueryCall(exchange, service);
}

test('a call as it is described has no differences', () => {
  expect(judge(asked, answered)).toEqual({ operation: 'Publish', differences: [] });
  expect(judge(asked, errorOf('OptedOut'), 400).differences).toEqual([]);
  expect(judge(asked, errorOf('InternalError', 'Receiver'), 500).differences).toEqual([]);
});

test.each<[string, Record<string, string>, string, number, string[]]>([
  ['an unknown field', { ...asked, To: 'x' }, answered, 200, ['request.To: PublishInput has no such member']],
  ['another version', { ...asked, Version: '2011-01-01' }, answered, 200, ['request: not of version 2010-03-31']],
  [
    'one deep in it',
    { ...asked, 'MessageAttributes.entry.1.Value.Value': 'x' },
    answered,
    200,
    ['request.MessageAttributes{}.Value: MessageAttributeValue has no such member'],
  ],
  [
    'an unknown member of the answer',
    asked,
    answerOf('<Id>m</Id>'),
    200,
    ['answer.Id: PublishResponse has no such member'],
  ],
  ['another answer', asked, '<Published/>', 200, ['answer: no PublishResponse with result and metadata']],
  ['an unknown error', asked, errorOf('Tired'), 400, ['answer: Tired is no error of this service']],
  ['the status of another', asked, errorOf('OptedOut'), 403, ['answer: OptedOut has the status 400']],
  [
    'the fault of another',
    asked,
    errorOf('InternalError'),
    500,
    ['answer: InternalError is the fault of the Receiver'],
  ],
])('%s is told', (_name, fields, body, status, differences) => {
  expect(judge(fields, body, status).differences).toEqual(differences);
});

test('what is required and missing is told', () => {
  const { Message: _left, ...rest } = asked;
  expect(judge(rest, answered).differences).toEqual(['request.Message: required of PublishInput']);
});

test('an operation that is none is not described', () => {
  expect(judge({ ...asked, Action: 'Shout' }, answered).operation).toBeNull();
});
