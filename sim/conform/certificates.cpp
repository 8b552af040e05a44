// Certificates of clients that do not exist. Nobody has their keys, which are not needed:
// possession counts as proven. They are constants so that a seed gives the same requests
// everywhere.
#include "sim/conform/certificates.hpp"

#include <array>

namespace tokenlife::sim {
namespace {

// The first two have SHA-256 thumbprints, the next two SHA-1 thumbprints, of which 37 and 38 bits
// at the beginning are the same: who compares less than the whole takes one for the other.
constexpr std::array<std::string_view, 12> kCertificates{
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEzCBuaADAgECAgMaNDkwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQL3DXF4CM1usgimWEH/Htz\n"
    "3DbZwtcLk0rNYHRIr8bw6zlBgzH5SsIp/Anj6QuR0NtfeSu0visHIlCT8QttdGQD\n"
    "MAoGCCqGSM49BAMCA0kAMEYCIQCPQ8cGqISSjEJW7n1XbHjZksK1NeE5RdqcdXvR\n"
    "npe/cgIhAOoKPeosq2IgpS+GS1wmNCmls1QPkEqsqqEcJ0Omtq5w\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEzCBuaADAgECAgMaPw4wCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQL3DXF4CM1usgimWEH/Htz\n"
    "3DbZwtcLk0rNYHRIr8bw6zlBgzH5SsIp/Anj6QuR0NtfeSu0visHIlCT8QttdGQD\n"
    "MAoGCCqGSM49BAMCA0kAMEYCIQCfqPPCO4iUEvzcmIngprg4zyAQ22bzIATWsn10\n"
    "psJa3AIhAOtexnrXv02xp0N/j5HAo6hbQxqeHB4WH0a87NcLOZFD\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMPtSEwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQL3DXF4CM1usgimWEH/Htz\n"
    "3DbZwtcLk0rNYHRIr8bw6zlBgzH5SsIp/Anj6QuR0NtfeSu0visHIlCT8QttdGQD\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIQCS1yvTrKFO5AdjMZiJb09FCOF1UTS1xUeRf6mF\n"
    "jK4cJgIgfu9RvuoPcFhOJhLzLHckESPeZ/int7wJgBhYUkCeiOU=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMYTJowCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQL3DXF4CM1usgimWEH/Htz\n"
    "3DbZwtcLk0rNYHRIr8bw6zlBgzH5SsIp/Anj6QuR0NtfeSu0visHIlCT8QttdGQD\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIDibYcgzxq2Yd3QATdqo1zTw5YGgjCGtLkjZwi+H\n"
    "61rBAiEA3sn9svb2IaPzgOiyEIfrcUrnziMHaOayGRz+EkP4YeY=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMehIAwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ3f+tswD4htcWWC5zNbZrj\n"
    "i/tCaOYHtvaNN/9fsM7jhGkz80XRj6doxcyBNB+C4nanXcWehzYF9gzFFNp/yNQC\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIQCNPEohZb0bwEu3B/prHJCQC6ttkUrlRIaURPqu\n"
    "06ciPgIgT3jwaoPUVjbfVKn/ZfkoMUF0ibK9N9JHXq+mrxCzMCk=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMehIEwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARP9CTSAuorbDEHdOkxJLQg\n"
    "zFrsUK/aL5pJwJt8UsTTHGqWR/76Lq0kXXarPFImIZUOi/qByBxvPlpcEabv4+OC\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIBrnZDu6a5C1tQCtMSGtjNm+NXRYfMjV6F6c/11t\n"
    "DQZIAiEAw7MVf9avNWAZcWr8jl5DQTl70zxnrLYDgyk4P9rOXbI=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMehIIwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT0o3vfBtQRBu/Y9Tw3iTDN\n"
    "1xkYEtv0y6nLLp1QLo6BmZmn8eVPDgR1KNPqqo9pOqhk1XLkp03RToDmN3p7hG6c\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIQDvtMvNXzxCAz/7PrdZATiJ+KYKlFMgnCkXrxly\n"
    "BiQxBQIgYhe4RGrJzZjleYLYMpYUbAWAEMQV0Me5RTWiyP7yJUc=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEzCBuaADAgECAgMehIMwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASFRndeFhwyT6oqn03Wh/EA\n"
    "aMbQNYhFazl1gSCC6jYLCeU/ejzL5mvZ5w39I94mI2Nh7YeRz30MOwtDiLoGzNDs\n"
    "MAoGCCqGSM49BAMCA0kAMEYCIQDuxZLG18vcZ1JaWHfwomKK1hS7NTSCS3wMFItY\n"
    "CdzytwIhAPh3KcXTI7MZ2x6mJZu5hytXBfA+mhWDzarAlKHxtCQK\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBETCBuaADAgECAgMehIQwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATCrWOmncWSuxIhw/Moq/d0\n"
    "IxBbyIp5smAZbz17jNDnoY3/UrnPsqldBi0o1ztKu6R+Nyr9tXKlc4/59/DolhWN\n"
    "MAoGCCqGSM49BAMCA0cAMEQCIEXFubpILxr4lGWsczZuViaM4RaitjAeRb/y6uKB\n"
    "SMenAiA3/EjXSU0M9SowST9zdDk2/OV3CnPaRwqFp880D7L6eg==\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBEjCBuaADAgECAgMehIUwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGQ2xpZW50\n"
    "MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjARMQ8wDQYDVQQDDAZD\n"
    "bGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARXh+Qc7RAvbJxPc5XKQ4Ea\n"
    "Pfn4NpGlUjE0ES+vT8SG2ja1KfECH0E3ndpHcryL9K0iuhV3LJAQfBGhreyNhzyd\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIFsmdNxPLR8kRqgakMnQwIYSh2L0tOe2zT3mqr4Z\n"
    "vdMyAiEAgTvTwCTN3YmxUvoyNVc7vgb9PPJngCwPzgPdF/7PS2A=\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIICnzCCAYegAwIBAgIDLcbAMA0GCSqGSIb3DQEBCwUAMBExDzANBgNVBAMMBkNs\n"
    "aWVudDAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MTIzMTIzNTk1OVowETEPMA0GA1UE\n"
    "AwwGQ2xpZW50MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA8/XOEtBN\n"
    "kHjBbSvUdl118tm5xhD1oe8yFUwn8lv2zIIb8TjQUesLtCJIW4ezHCQ4BT8PBK6T\n"
    "H2hYGs2fSrrY7ttiIwirjXwuaxbeA/YVhw3YbArl74r2B6DdffVWavZkIwTN/si7\n"
    "LGqRQSZkPjDIXMrhaPjDT32pzlZ9I8G6AEq4jnioiH+QXLMOfHvqFhJvJLopfI02\n"
    "uLrLOS734BXyY2a/Bq3ck3RTfxgZtWFFIr7bxff0UNGJCqGhqotckFyfJOkhIlpi\n"
    "KCoUDF2jMz0p9jMN1S9YXYRfAp4yxyz7jEq1hmFuQvFSN8VdfhKbAwUocGibWUiQ\n"
    "Ye3k/8flcrW1kwIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQDjhtXaz5uziHtEdWRJ\n"
    "aDgKl9Lz8S9IEl0d+xhK4MAjEYxpvjTGic544Kep/0oNfUPbjKdarWls01/w5e9l\n"
    "LGmclztdhXN1O5ATZdEk1j2bfFg7hnKA26KpxgkXGX+Vv3mx3YrSSyqf5Lhb1MqN\n"
    "8Da+v+yUByC+sYt7z08T+3D5cpuOYSIC0tGARVnm2LYeSFm/L8Xc8HHl611L/vkG\n"
    "C0LAtNnutIbAEOVaOt/yPUV9G8MgqXz0OSFJ2ZzmRPUMjaMPqHbeHx9+nJlBbnAv\n"
    "PKEWrm+3vwvn70M4Ul79vYzgC8Vz0IXZ1SMKVmJuur74TmNC2rRjA7chreBGo5+R\n"
    "9ztC\n"
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n"
    "MIICnzCCAYegAwIBAgIDLcbBMA0GCSqGSIb3DQEBCwUAMBExDzANBgNVBAMMBkNs\n"
    "aWVudDAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MTIzMTIzNTk1OVowETEPMA0GA1UE\n"
    "AwwGQ2xpZW50MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsYPM035r\n"
    "WyPG2UZt1aIT90SJHvjOdff510IpVwDKad9Sz4ZHwPhsvSq3TSN2op8nItrBRTBG\n"
    "Lb6ESyg4Vlf97Arzv+gP4l0U9imkud4va1Qu6YKiJwrzBb7FfExzX22Tarwh2jzz\n"
    "+xhu0YAnsYN4aCXC4D+z6VXrp/3ZfoAGBHRuml9Z0v6Opg6MZLTWmd0bdr30XIWl\n"
    "iwPIrI8ZbxR8mWVi86O8NHCR86MoiKqvfhRobxZMq2Pl5tA+xXjaPVewaHJAXOQ9\n"
    "wJxFlfgFG5ODvtnJHG81prZhbIFebmmlHj8TJzuLIeGWALXlKeuPIemGPzWwrQ6G\n"
    "WmgrH8fAYmKYKQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQAhS11s0HvkjhtR8nuf\n"
    "arGYOd/62KUq0sJdFOM+7XWw7AlIUg0RvkwDZOVeZS+wxhd+t6BiQQxII+D5W6Us\n"
    "jhOk8iohhfhgGtTKZ8pYXeNSP53e8EtUA3TDIIMZEKdgYlU8wln7krTNiJDie+Bq\n"
    "g5AXD/BH+rHXsQWyI/Etxrci8YDBhEeTDeTaed5kK5EuaeIGf4G6KozJ7ph285P8\n"
    "sg4qTlVZ0V4VVfVMcAnUx6B2MlyuOBYrmkcbKkmE5Y44yJJUiTVYIQwjIlGHLVE6\n"
    "5IQ/+HFdiMzMOAawy0fsy18TzdYbmCqncH1jgP9c1x9hA0ZzJcvDIyO/pexMhRs9\n"
    "fgT2\n"
    "-----END CERTIFICATE-----\n",
};

}  // namespace

std::span<const std::string_view> certificate_pool() { return kCertificates; }

}  // namespace tokenlife::sim
