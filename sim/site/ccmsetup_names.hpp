// What may stand in an installation line besides the parts of R34, as ccmsetup.exe's documentation
// has it: parameters, and properties of client.msi. Those with which nothing is installed are left
// out, and those of an installation with Entra (R35).
#pragma once

#include <string_view>

namespace tokenlife::sim {

// A value follows behind a colon, if there is one.
inline constexpr std::string_view kCcmsetupParameters[] = {
    "/AllowMetered",    "/AlwaysExcludeUpgrade", "/BITSPriority", "/config",
    "/downloadtimeout", "/ExcludeFeatures",      "/forceinstall", "/forcereboot",
    "/logon",           "/NoCRLCheck",           "/noservice",    "/retry",
    "/service",         "/skipprereq",           "/source",       "/UsePKICert"};

// A value follows behind an equals sign.
inline constexpr std::string_view kClientProperties[] = {"CCMADMINS",
                                                         "CCMALLOWSILENTREBOOT",
                                                         "CCMALWAYSINF",
                                                         "CCMCERTISSUERS",
                                                         "CCMCERTSEL",
                                                         "CCMCERTSTORE",
                                                         "CCMDEBUGLOGGING",
                                                         "CCMENABLELOGGING",
                                                         "CCMEVALHOUR",
                                                         "CCMEVALINTERVAL",
                                                         "CCMFIRSTCERT",
                                                         "CCMHTTPPORT",
                                                         "CCMHTTPSPORT",
                                                         "CCMINSTALLDIR",
                                                         "CCMLOGLEVEL",
                                                         "CCMLOGMAXHISTORY",
                                                         "CCMLOGMAXSIZE",
                                                         "DISABLECACHEOPT",
                                                         "DISABLESITEOPT",
                                                         "DNSSUFFIX",
                                                         "FSP",
                                                         "IGNOREAPPVVERSIONCHECK",
                                                         "MANAGEDINSTALLER",
                                                         "NOTIFYONLY",
                                                         "PROVISIONTS",
                                                         "RESETKEYINFORMATION",
                                                         "SITEREASSIGN",
                                                         "SMSCACHEDIR",
                                                         "SMSCACHEFLAGS",
                                                         "SMSCACHESIZE",
                                                         "SMSCONFIGSOURCE",
                                                         "SMSDIRECTORYLOOKUP",
                                                         "SMSMP",
                                                         "SMSMPLIST",
                                                         "SMSPUBLICROOTKEY",
                                                         "SMSROOTKEYPATH",
                                                         "SMSSIGNCERT",
                                                         "UPGRADETOLATEST"};

inline constexpr std::string_view kEntraProperties[] = {"AADTENANTID", "AADTENANTNAME",
                                                        "AADCLIENTAPPID", "AADRESOURCEURI"};

}  // namespace tokenlife::sim
