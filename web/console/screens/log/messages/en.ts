export const en = {
  heading: 'Sign-in log',
  empty: 'No entries match.',
  filters: {
    search: 'Search',
    hint: 'Name, username, ID, network address or request ID',
    since: 'From',
    until: 'Until',
  },
  columns: {
    time: 'Time',
    person: 'Person',
    application: 'Application',
    what: 'Event',
    outcome: 'Result',
    why: 'Why',
    network: 'Network',
    request: 'Request',
  },
  follow: {
    start: 'Follow live',
    pause: 'Pause',
    running: 'New entries appear at the top.',
  },
  csv: {
    save: 'Save as CSV',
    fetched: (lines: string) => `${lines} lines…`,
  },
};
