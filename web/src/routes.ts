import * as accessReview from "./features/access-review";
import * as alert from "./features/alert";
import * as alertReceiver from "./features/alert-receiver";
import * as apiKey from "./features/api-key";
import * as application from "./features/application";
import * as assignment from "./features/assignment";
import * as audit from "./features/audit";
import * as auditSink from "./features/audit-sink";
import * as block from "./features/block";
import * as detection from "./features/detection";
import * as eventType from "./features/event-type";
import * as group from "./features/group";
import * as health from "./features/health";
import * as home from "./features/home";
import * as matrix from "./features/matrix";
import * as policy from "./features/policy";
import * as provider from "./features/provider";
import * as resource from "./features/resource";
import * as role from "./features/role";
import * as serviceAccount from "./features/service-account";
import * as session from "./features/session";
import * as setting from "./features/setting";
import * as source from "./features/source";
import * as team from "./features/team";
import * as tenant from "./features/tenant";
import * as user from "./features/user";
import * as why from "./features/why";
import type { Area } from "./shell/area";

/** Every area of the console: one folder of `features/` each. */
export const areas: readonly Area[] = [
  accessReview,
  alert,
  alertReceiver,
  apiKey,
  application,
  assignment,
  audit,
  auditSink,
  block,
  detection,
  eventType,
  group,
  health,
  home,
  matrix,
  policy,
  provider,
  resource,
  role,
  serviceAccount,
  session,
  setting,
  source,
  team,
  tenant,
  user,
  why,
];
