/** Programs whose names try to be markup, terminal sequences or something else than they look; for tests. */
import type { TestProgram } from './fleet-under-test.ts';

export const MARKUP = '<img src=x onerror=alert(1)>';
export const TERMINAL = 'clear\u001b[2Jscreen';
/** Shown as it is, everything after the override reads backwards and the name seems to end in ".pdf". */
export const OVERRIDE = 'invoice\u202efdp.exe';
export const ALL_ONES = 'ffffffffffffffff';

export const HOSTILE_PROGRAMS: TestProgram[] = [
  {
    id: ALL_ONES,
    path: '/opt/edge/all-ones',
    application: 'edge-tools',
    applicationId: ALL_ONES,
    publisher: 'Edge Ltd',
    version: '9.1',
    secondsToday: 4_520,
  },
  {
    id: '00000000000000a1',
    path: `/opt/${MARKUP}`,
    application: MARKUP,
    applicationId: '00000000000000b1',
    publisher: '"><script>alert(2)</script>',
    recognised: false,
    secondsToday: 75,
  },
  {
    id: '00000000000000a2',
    path: `/opt/${TERMINAL}`,
    application: TERMINAL,
    applicationId: '00000000000000b2',
    recognised: false,
  },
  {
    id: '00000000000000a3',
    path: `/opt/${OVERRIDE}`,
    application: OVERRIDE,
    applicationId: '00000000000000b3',
    recognised: false,
  },
  {
    id: 'fffffffffffffffe',
    path: '',
    application: '',
    applicationId: '0000000000000000',
    withoutEvidence: true,
    secondsToday: 30,
  },
];
