import * as audit from "./features/audit";
import * as auditSink from "./features/audit-sink";
import * as block from "./features/block";
import * as group from "./features/group";
import * as home from "./features/home";
import * as serviceAccount from "./features/service-account";
import * as session from "./features/session";
import * as user from "./features/user";
import * as why from "./features/why";
import type { Area } from "./shell/area";

/** Every area of the console: one folder of `features/` each. */
export const areas: readonly Area[] = [home, audit, auditSink, block, group, serviceAccount, session, user, why];
