export const en = {
  heading: 'Sign-in log',
  empty: 'Nothing in the log is like that.',
  filters: {
    search: 'Search',
    hint: 'The beginning of a name or login, an id, a network address, or the id of a request.',
    since: 'From',
    until: 'Until',
  },
  columns: {
    time: 'Time',
    person: 'Person',
    application: 'Application',
    what: 'What happened',
    outcome: 'Result',
    why: 'Why',
    network: 'Network',
    request: 'Request',
  },
  follow: {
    start: 'Follow live',
    pause: 'Pause',
    running: 'New lines appear at the top, whatever their day.',
  },
  csv: {
    save: 'Save as CSV',
    fetched: (lines: string) => `${lines} lines…`,
  },
};
